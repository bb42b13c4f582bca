// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/pickle.h"

#include <gtest/gtest.h>

#include "tts/indextts/convert/checkpoint_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

std::string Bytes(std::string_view literal) { return std::string(literal); }
// The instructions between the protocol and the end.
std::string Program(std::string_view instructions) { return "\x80\x02" + std::string(instructions) + "."; }

StatusOr<PickleDocument> Read(const std::string& bytes) { return ReadPickle(bytes, "x.pth: data.pkl"); }

void ExpectRefused(const std::string& bytes, const std::string& words) {
  const Status status = Read(bytes).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << words;
  EXPECT_TRUE(Message(status).starts_with("x.pth: data.pkl: offset ")) << status;
  EXPECT_NE(Message(status).find(words), std::string::npos) << status;
}

TEST(Pickle, ReadsScalars) {
  using namespace std::string_literals;
  const auto document =
      Read(Program("(N\x88\x89K\xffM\x00\x02J\xfe\xff\xff\xff\x8a\x06\x00\x00\x00\x00\x00\x01G"
                   "\x3f\xe0\x00\x00\x00\x00\x00\x00X\x02\x00\x00\x00\xc3\xa4t"s));
  ASSERT_TRUE(document.ok()) << document.status();
  const PickleValue& root = document->at(document->root);
  ASSERT_EQ(root.kind, PickleKind::kTuple);
  ASSERT_EQ(root.items.size(), 9u);
  const auto at = [&](size_t i) { return document->at(root.items[i]); };
  EXPECT_EQ(at(0).kind, PickleKind::kNone);
  EXPECT_EQ(at(1).integer, 1);
  EXPECT_EQ(at(2).kind, PickleKind::kBool);
  EXPECT_EQ(at(3).integer, 255);
  EXPECT_EQ(at(4).integer, 512);
  EXPECT_EQ(at(5).integer, -2);
  EXPECT_EQ(at(6).integer, int64_t{1} << 40);
  EXPECT_EQ(at(7).real, 0.5);
  EXPECT_EQ(at(8).text, "\xc3\xa4");
}

TEST(Pickle, LongIntegersHaveASign) {
  using namespace std::string_literals;
  EXPECT_EQ(Read(Program("\x8a\x00"s))->values.front().integer, 0);
  EXPECT_EQ(Read(Program("\x8a\x01\xff"s))->values.front().integer, -1);
  EXPECT_EQ(Read(Program("\x8a\x02\xff\x00"s))->values.front().integer, 255);
  EXPECT_EQ(Read(Program("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80"s))->values.front().integer, INT64_MIN);
  ExpectRefused(Program("\x8a\x09"s + std::string(9, '\x01')), "too large");
}

TEST(Pickle, ReadsDictsAndLists) {
  using namespace std::string_literals;
  const auto document =
      Read(Program("}(X\x01\x00\x00\x00"
                   "aK\x01X\x01\x00\x00\x00"
                   "b](K\x02K\x03"s +
                   "eu"));
  ASSERT_TRUE(document.ok()) << document.status();
  const PickleValue& root = document->at(document->root);
  EXPECT_EQ(document->Find(root, "a")->integer, 1);
  EXPECT_EQ(document->Find(root, "b")->items.size(), 2u);
  EXPECT_EQ(document->Find(root, "c"), nullptr);
  EXPECT_EQ(document->Find(*document->Find(root, "a"), "a"), nullptr);
}

TEST(Pickle, ReadsAStateDict) {
  const auto document =
      Read(StateDictPickle({{"w", ElementType::kFloat16, {2, 3}}, {"n", ElementType::kInt64, {}}}, "model"));
  ASSERT_TRUE(document.ok()) << document.status();
  const PickleValue* dict = document->Find(document->at(document->root), "model");
  ASSERT_NE(dict, nullptr);
  const PickleValue* tensor = document->Find(*dict, "w");
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->kind, PickleKind::kTensor);
  EXPECT_EQ(tensor->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(tensor->strides, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(document->at(tensor->storage).element, ElementType::kFloat16);
  EXPECT_EQ(document->at(tensor->storage).integer, 6);
  EXPECT_EQ(document->at(document->Find(*dict, "n")->storage).element, ElementType::kInt64);
}

TEST(Pickle, NothingIsExecuted) {
  ExpectRefused(Program("cos\nsystem\n(X\x02\x00\x00\x00lstR"), "names os.system");
  ExpectRefused(Program("c__builtin__\neval\n"), "names __builtin__.eval");
  ExpectRefused(Program("ctorch\nload\n"), "names torch.load");
  ExpectRefused(Program("ccollections.OrderedDict\n\n"), "no part of a state dict");
  ExpectRefused(Program("c\x1b[31m\nx\n"), "names ?[31m.x");
  // Opcodes that build objects of any class.
  ExpectRefused(Program("(i__main__\nX\n"), "opcode");
  ExpectRefused(Program("ccollections\nOrderedDict\n)\x81"), "opcode 129");
  ExpectRefused(Program("ccollections\nOrderedDict\n(K\x01tR"), "OrderedDict with arguments");
  ExpectRefused(Program("K\x01)R"), "call of something");
}

TEST(Pickle, EveryTruncationIsRefused) {
  const std::string whole = StateDictPickle({{"w", ElementType::kFloat32, {2, 3}}}, "generator");
  ASSERT_TRUE(Read(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(Read(whole.substr(0, size)).ok()) << size;
}

TEST(Pickle, BrokenProgramsAreRefused) {
  using namespace std::string_literals;
  ExpectRefused("", "no pickle of protocol 2");
  ExpectRefused("\x80\x04N.", "no pickle of protocol 2");
  ExpectRefused(Program(""), "values left over");
  ExpectRefused(Program("NN"), "values left over");
  ExpectRefused(Program("(N"), "values left over");
  ExpectRefused(Program("N") + "x", "bytes follow");
  ExpectRefused(Program("t"), "a mark that is not there");
  ExpectRefused(Program("\x86"), "more values than it has");
  ExpectRefused(Program("N(\x85"), "more values than it has");
  ExpectRefused(Program("h\x05"), "does not have");
  ExpectRefused(Program("}NNs0NNs"), "more values than it has");
  ExpectRefused(Program("K\x01K\x02K\x03s"), "holds none");
  ExpectRefused(Program("}(Nu"), "key without a value");
  ExpectRefused(Program(std::string(100, '(')), "nested too deep");
  ExpectRefused(Program("X\xff\xff\xff\xffz"), "ends too early");
  ExpectRefused(Program("NQ"), "something other than a storage");
  ExpectRefused(Program("N}b"), "attributes");
}

// A value may hold itself; nothing walks around in it for ever, and nothing leaks.
TEST(Pickle, CyclesAreHarmless) {
  using namespace std::string_literals;
  const auto document = Read(Program("}q\x00X\x01\x00\x00\x00sh\x00s"s));
  ASSERT_TRUE(document.ok()) << document.status();
  const PickleValue& root = document->at(document->root);
  EXPECT_EQ(document->Find(root, "s"), &root);
}

TEST(Pickle, GrowthIsLimited) {
  ExpectRefused(Program(std::string(1 << 19, 'N')), "too many values");
  std::string repeated = "]q" + Bytes(std::string_view("\0", 1)) + "(";
  for (int i = 0; i < 1 << 19; ++i) repeated += "h" + std::string(1, '\0');
  ExpectRefused(Program(repeated + "e"), "too many values");
  ExpectRefused("\x80\x02" + std::string(17 << 20, 'N'), "larger than");
}

TEST(Pickle, ImpossibleTensorsAreRefused) {
  const auto tensor = [](const std::string& arguments) {
    return Program("ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + "tR");
  };
  const std::string storage = "(" + std::string("X\x07\x00\x00\x00", 5) + "storagectorch\nFloatStorage\n" +
                              std::string("X\x01\x00\x00\x00", 5) + "0" +
                              std::string("X\x03\x00\x00\x00", 5) + "cpu";
  const std::string zero = std::string("K\x00", 2);
  EXPECT_TRUE(Read(tensor(storage + "K\x06tQ" + zero + "K\x06\x85K\x01\x85")).ok());
  ExpectRefused(tensor(storage + "J\xff\xff\xff\xfftQ" + zero + "K\x06\x85K\x01\x85"), "impossible size");
  ExpectRefused(tensor(storage + "K\x06tQJ\xff\xff\xff\xffK\x06\x85K\x01\x85"), "impossible arguments");
  ExpectRefused(tensor(storage + "K\x06tQ" + zero + "J\xff\xff\xff\xff\x85K\x01\x85"),
                "impossible arguments");
  ExpectRefused(tensor(storage + "K\x06tQ" + zero + "K\x06\x85)"), "impossible arguments");
  ExpectRefused(tensor(storage + "K\x06tQ" + zero), "wrong number of arguments");
  ExpectRefused(tensor("N" + zero + "K\x06\x85K\x01\x85"), "impossible arguments");
}

}  // namespace
}  // namespace waveshift::tts::indextts
