// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/pickle.h"

#include <bit>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "tts/indextts/convert/pickle_globals_internal.h"

namespace waveshift::tts::indextts {
namespace {

constexpr size_t kMaxBytes = 16 << 20;
constexpr size_t kMaxValues = 1 << 18;
constexpr size_t kMaxMarks = 64;
constexpr size_t kMaxDimensions = 8;
constexpr int64_t kLargestExtent = int64_t{1} << 40;

// Bytes of the pickle's machine language that a state dict needs (names as in Python's pickletools).
enum Opcode : uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kNone = 'N',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kEmptyDict = '}',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kEmptyTuple = ')',
  kSetItems = 'u',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8A,
};

std::string Printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 80)) {
    out.push_back(static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E ? '?' : c);
  }
  return out;
}

class Machine {
 public:
  Machine(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  StatusOr<PickleDocument> Run() {
    if (bytes_.size() > kMaxBytes) return Error("is larger than " + std::to_string(kMaxBytes) + " bytes");
    if (bytes_.size() < 2 || static_cast<uint8_t>(bytes_[0]) != kProto || bytes_[1] != 2) {
      return Error("is no pickle of protocol 2");
    }
    for (at_ = 2; !stopped_;) {
      begin_ = at_;
      WS_ASSIGN_OR_RETURN(const uint8_t opcode, Number<uint8_t>());
      WS_RETURN_IF_ERROR(Step(opcode));
      if (document_.values.size() > kMaxValues) return Error("has too many values");
    }
    return std::move(document_);
  }

 private:
  using Ref = uint32_t;

  Status Error(const std::string& what) const {
    return InvalidArgument(name_ + ": offset " + std::to_string(begin_) + ": " + what);
  }

  template <typename T>
  StatusOr<T> Number() {
    if (bytes_.size() - at_ < sizeof(T)) return Error("the pickle ends too early");
    T value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }

  StatusOr<std::string_view> Bytes(size_t count) {
    if (bytes_.size() - at_ < count) return Error("the pickle ends too early");
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  Status Push(PickleValue value) {
    document_.values.push_back(std::move(value));
    stack_.push_back(static_cast<Ref>(document_.values.size() - 1));
    return OkStatus();
  }
  Status PushKind(PickleKind kind, int64_t integer = 0) { return Push({.kind = kind, .integer = integer}); }

  PickleValue& At(Ref ref) { return document_.values[ref]; }

  // The lowest place of the stack that may be taken: what lies above the innermost mark.
  size_t Floor() const { return marks_.empty() ? 0 : marks_.back(); }
  Status NeedOnStack(size_t count) const {
    return stack_.size() - Floor() >= count ? OkStatus() : Error("the pickle takes more values than it has");
  }
  StatusOr<Ref> Pop() {
    WS_RETURN_IF_ERROR(NeedOnStack(1));
    const Ref ref = stack_.back();
    stack_.pop_back();
    return ref;
  }
  StatusOr<std::vector<Ref>> PopCount(size_t count) {
    WS_RETURN_IF_ERROR(NeedOnStack(count));
    std::vector<Ref> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }
  StatusOr<std::vector<Ref>> PopToMark() {
    if (marks_.empty()) return Error("the pickle looks for a mark that is not there");
    std::vector<Ref> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }

  Status Step(uint8_t opcode) {
    switch (opcode) {
      case kMark:
        if (marks_.size() == kMaxMarks) return Error("is nested too deep");
        marks_.push_back(stack_.size());
        return OkStatus();
      case kStop:
        return Stop();
      case kPop:
        return Pop().status();
      case kBinPut:
        return Put<uint8_t>();
      case kLongBinPut:
        return Put<uint32_t>();
      case kBinGet:
        return Get<uint8_t>();
      case kLongBinGet:
        return Get<uint32_t>();
      case kGlobal:
        return PushGlobal();
      case kBinPersId:
        return PushStorage();
      case kReduce:
        return Reduce();
      case kBuild:
        return Build();
      default:
        return StepOfContainer(opcode);
    }
  }

  Status StepOfContainer(uint8_t opcode) {
    switch (opcode) {
      case kEmptyDict:
        return PushKind(PickleKind::kDict);
      case kEmptyList:
        return PushKind(PickleKind::kList);
      case kEmptyTuple:
        return PushTuple(std::vector<Ref>());
      case kTuple:
        return PushTuple(PopToMark());
      case kTuple1:
        return PushTuple(PopCount(1));
      case kTuple2:
        return PushTuple(PopCount(2));
      case kTuple3:
        return PushTuple(PopCount(3));
      case kAppend:
        return AddItems(PickleKind::kList, PopCount(1));
      case kAppends:
        return AddItems(PickleKind::kList, PopToMark());
      case kSetItem:
        return AddItems(PickleKind::kDict, PopCount(2));
      case kSetItems:
        return AddItems(PickleKind::kDict, PopToMark());
      default:
        return StepOfScalar(opcode);
    }
  }

  Status StepOfScalar(uint8_t opcode) {
    switch (opcode) {
      case kNone:
        return PushKind(PickleKind::kNone);
      case kNewTrue:
        return PushKind(PickleKind::kBool, 1);
      case kNewFalse:
        return PushKind(PickleKind::kBool, 0);
      case kBinInt:
        return PushInteger<int32_t>();
      case kBinInt1:
        return PushInteger<uint8_t>();
      case kBinInt2:
        return PushInteger<uint16_t>();
      case kLong1:
        return PushLong();
      case kBinFloat:
        return PushReal();
      case kBinUnicode:
        return PushText();
      default:
        return Error("the opcode " + std::to_string(opcode) + ", which no state dict needs");
    }
  }

  template <typename T>
  Status PushInteger() {
    WS_ASSIGN_OR_RETURN(const T value, Number<T>());
    return PushKind(PickleKind::kInteger, value);
  }

  Status PushLong() {
    WS_ASSIGN_OR_RETURN(const uint8_t count, Number<uint8_t>());
    if (count > sizeof(int64_t)) return Error("an integer that is too large");
    WS_ASSIGN_OR_RETURN(const std::string_view bytes, Bytes(count));
    uint64_t value = count > 0 && (static_cast<uint8_t>(bytes.back()) & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (size_t i = count; i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[i - 1]);
    return PushKind(PickleKind::kInteger, static_cast<int64_t>(value));
  }

  Status PushReal() {
    WS_ASSIGN_OR_RETURN(const std::string_view bytes, Bytes(sizeof(double)));  // the one big-endian number
    uint64_t bits = 0;
    for (const char c : bytes) bits = bits << 8 | static_cast<uint8_t>(c);
    return Push({.kind = PickleKind::kReal, .real = std::bit_cast<double>(bits)});
  }

  Status PushText() {
    WS_ASSIGN_OR_RETURN(const uint32_t count, Number<uint32_t>());
    WS_ASSIGN_OR_RETURN(const std::string_view text, Bytes(count));
    return Push({.kind = PickleKind::kText, .text = std::string(text)});
  }

  Status PushTuple(StatusOr<std::vector<Ref>> items) {
    if (!items.ok()) return items.status();
    return Push({.kind = PickleKind::kTuple, .items = *std::move(items)});
  }

  Status AddItems(PickleKind kind, const StatusOr<std::vector<Ref>>& items) {
    if (!items.ok()) return items.status();
    WS_RETURN_IF_ERROR(NeedOnStack(1));
    PickleValue& container = At(stack_.back());
    if (container.kind != kind) return Error("items are added to something that holds none");
    if (kind == PickleKind::kDict && items->size() % 2 != 0) return Error("a key without a value");
    added_ += items->size();
    if (added_ > kMaxValues) return Error("has too many values");
    container.items.insert(container.items.end(), items->begin(), items->end());
    return OkStatus();
  }

  template <typename T>
  Status Put() {
    WS_ASSIGN_OR_RETURN(const T slot, Number<T>());
    WS_RETURN_IF_ERROR(NeedOnStack(1));
    memo_[slot] = stack_.back();
    if (memo_.size() > kMaxValues) return Error("has too many values");
    return OkStatus();
  }

  template <typename T>
  Status Get() {
    WS_ASSIGN_OR_RETURN(const T slot, Number<T>());
    const auto it = memo_.find(slot);
    if (it == memo_.end()) return Error("the pickle names a value that it does not have");
    stack_.push_back(it->second);
    if (stack_.size() > kMaxValues) return Error("has too many values");
    return OkStatus();
  }

  StatusOr<std::string_view> Line() {
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) return Error("the pickle ends too early");
    const std::string_view line = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  Status PushGlobal() {
    WS_ASSIGN_OR_RETURN(const std::string_view module, Line());
    WS_ASSIGN_OR_RETURN(const std::string_view name, Line());
    const std::string full = std::string(module) + " " + std::string(name);
    for (const KnownGlobal& known : kKnownGlobals) {
      if (full != known.name) continue;
      return Push({.kind = PickleKind::kGlobal,
                   .integer = static_cast<int64_t>(known.global),
                   .element = known.element});
    }
    return Error("names " + Printable(module) + "." + Printable(name) +
                 ", which is no part of a state dict; nothing is executed");
  }

  bool IsGlobal(Ref ref, PickleGlobal global) {
    return At(ref).kind == PickleKind::kGlobal && At(ref).integer == static_cast<int64_t>(global);
  }

  // ("storage", its class, key, place, number of elements)
  Status PushStorage() {
    WS_ASSIGN_OR_RETURN(const Ref id, Pop());
    const std::vector<Ref> parts = At(id).items;
    if (At(id).kind != PickleKind::kTuple || parts.size() != 5 || At(parts[0]).text != "storage" ||
        !IsGlobal(parts[1], PickleGlobal::kStorage) || At(parts[2]).kind != PickleKind::kText ||
        At(parts[4]).kind != PickleKind::kInteger) {
      return Error("a reference to something other than a storage");
    }
    const int64_t count = At(parts[4]).integer;
    if (count < 0 || count > kLargestExtent) return Error("a storage of an impossible size");
    return Push({.kind = PickleKind::kStorage,
                 .integer = count,
                 .text = At(parts[2]).text,
                 .element = At(parts[1]).element});
  }

  Status Reduce() {
    WS_ASSIGN_OR_RETURN(const Ref arguments, Pop());
    WS_ASSIGN_OR_RETURN(const Ref callable, Pop());
    if (At(arguments).kind != PickleKind::kTuple) return Error("a call without a tuple of arguments");
    const std::vector<Ref> items = At(arguments).items;
    if (IsGlobal(callable, PickleGlobal::kOrderedDict)) {
      return items.empty() ? PushKind(PickleKind::kDict) : Error("an OrderedDict with arguments");
    }
    if (IsGlobal(callable, PickleGlobal::kRebuildTensor)) return RebuildTensor(items);
    if (IsGlobal(callable, PickleGlobal::kRebuildParameter)) {
      if (items.empty() || At(items[0]).kind != PickleKind::kTensor)
        return Error("a parameter without a tensor");
      stack_.push_back(items[0]);
      return OkStatus();
    }
    return Error("a call of something that is no function of a state dict");
  }

  std::optional<std::vector<int64_t>> Extents(Ref ref) {
    const PickleValue& tuple = At(ref);
    if (tuple.kind != PickleKind::kTuple || tuple.items.size() > kMaxDimensions) return std::nullopt;
    std::vector<int64_t> extents;
    for (const Ref item : tuple.items) {
      const PickleValue& extent = At(item);
      if (extent.kind != PickleKind::kInteger || extent.integer < 0 || extent.integer > kLargestExtent) {
        return std::nullopt;
      }
      extents.push_back(extent.integer);
    }
    return extents;
  }

  // (storage, offset, shape, strides, requires_grad, hooks)
  Status RebuildTensor(const std::vector<Ref>& items) {
    if (items.size() < 4 || items.size() > 7) return Error("a tensor with a wrong number of arguments");
    const std::optional<std::vector<int64_t>> shape = Extents(items[2]);
    const std::optional<std::vector<int64_t>> strides = Extents(items[3]);
    if (At(items[0]).kind != PickleKind::kStorage || At(items[1]).kind != PickleKind::kInteger || !shape ||
        !strides || shape->size() != strides->size() || At(items[1]).integer < 0) {
      return Error("a tensor with impossible arguments");
    }
    return Push({.kind = PickleKind::kTensor,
                 .storage = items[0],
                 .offset = At(items[1]).integer,
                 .shape = *shape,
                 .strides = *strides});
  }

  // An OrderedDict's attributes: torch keeps version numbers of modules there.
  Status Build() {
    WS_ASSIGN_OR_RETURN(const Ref state, Pop());
    WS_RETURN_IF_ERROR(NeedOnStack(1));
    if (At(state).kind != PickleKind::kDict || At(stack_.back()).kind != PickleKind::kDict) {
      return Error("attributes of something that has none");
    }
    return OkStatus();
  }

  Status Stop() {
    if (!marks_.empty() || stack_.size() != 1) return Error("the pickle ends with values left over");
    if (at_ != bytes_.size()) return Error("bytes follow the end of the pickle");
    document_.root = stack_.back();
    stopped_ = true;
    return OkStatus();
  }

  const std::string_view bytes_;
  const std::string& name_;
  size_t at_ = 0;
  size_t begin_ = 0;  // of the current instruction
  bool stopped_ = false;
  PickleDocument document_;
  std::vector<Ref> stack_;
  std::vector<size_t> marks_;
  std::map<uint32_t, Ref> memo_;
  size_t added_ = 0;
};

}  // namespace

StatusOr<PickleDocument> ReadPickle(std::string_view bytes, const std::string& name) {
  return Machine(bytes, name).Run();
}

}  // namespace waveshift::tts::indextts
