// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda/language.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "runtime/cuda/device_test_tools.h"

namespace waveshift::cuda {
namespace {

using Doubles = std::vector<double>;

constexpr double kExact = 1e-5;  // tensor cores cut their sums off
constexpr double kOfHalves = 1e-3;

Doubles Product(const std::vector<float>& weights, const std::vector<float>& bias,
                const std::vector<float>& x, int64_t rows, int64_t out, int64_t depth) {
  Doubles y;
  for (int64_t n = 0; n < rows; ++n) {
    for (int64_t m = 0; m < out; ++m) {
      double sum = bias[static_cast<size_t>(m)];
      for (int64_t k = 0; k < depth; ++k) {
        sum += static_cast<double>(weights[static_cast<size_t>(m * depth + k)]) *
               static_cast<double>(x[static_cast<size_t>(n * depth + k)]);
      }
      y.push_back(sum);
    }
  }
  return y;
}

std::vector<float> Normed(const std::vector<float>& x, const std::vector<float>& weight,
                          const std::vector<float>& bias) {
  const size_t width = weight.size();
  std::vector<float> y;
  for (size_t row = 0; row < x.size() / width; ++row) {
    double mean = 0;
    double variance = 0;
    for (size_t i = 0; i < width; ++i) mean += x[row * width + i] / static_cast<double>(width);
    for (size_t i = 0; i < width; ++i)
      variance += std::pow(x[row * width + i] - mean, 2) / static_cast<double>(width);
    for (size_t i = 0; i < width; ++i) {
      y.push_back(static_cast<float>((x[row * width + i] - mean) / std::sqrt(variance + 1e-5) *
                                         static_cast<double>(weight[i]) +
                                     static_cast<double>(bias[i])));
    }
  }
  return y;
}

class LanguageTest : public DeviceTest {
 protected:
  struct Problem {
    Matrix matrix;
    std::vector<float> weights;  // as the device has them
    std::vector<float> bias;
  };
  Problem MakeMatrix(MatrixForm form, int64_t out, int64_t depth) {
    Problem problem;
    problem.bias = Random(out);
    problem.weights = Random(out * depth, 1 / std::sqrt(static_cast<float>(depth)));
    if (form == MatrixForm::kQ8_0) {
      std::vector<char> blocks;
      for (int64_t block = 0; block < out * depth / 32; ++block) {
        float* values = problem.weights.data() + block * 32;
        const float most = std::abs(*std::max_element(
            values, values + 32, [](float a, float b) { return std::abs(a) < std::abs(b); }));
        const uint16_t scale = HalfOf(most / 127);
        blocks.insert(blocks.end(), {static_cast<char>(scale & 255), static_cast<char>(scale >> 8)});
        for (int i = 0; i < 32; ++i) {
          const float number = std::clamp(std::round(values[i] / FloatOf(scale)), -127.0F, 127.0F);
          blocks.push_back(static_cast<char>(static_cast<int8_t>(number)));
          values[i] = number * FloatOf(scale);
        }
      }
      problem.matrix = *Matrix::OfBlocks(out, depth, blocks, problem.bias);
      return problem;
    }
    if (form == MatrixForm::kF32) {
      problem.matrix = *Matrix::OfFloats(out, depth, problem.weights, problem.bias);
      return problem;
    }
    std::vector<uint16_t> halves;
    for (const float value : problem.weights) halves.push_back(HalfOf(value));
    problem.weights = RoundedToHalves(problem.weights);
    problem.matrix = *Matrix::OfHalves(out, depth, halves, problem.bias);
    return problem;
  }
  Memory Input(MatrixForm form, const std::vector<float>& x) {
    return form == MatrixForm::kF32 ? Upload(x) : UploadHalves(x);
  }
};

struct ProductCase {
  MatrixForm form;
  int64_t rows, out, depth;
  bool many_rows = false;
};
class ProductTest : public LanguageTest, public ::testing::WithParamInterface<ProductCase> {};

TEST_P(ProductTest, IsTheProduct) {
  const auto [form, rows, out, depth, many_rows] = GetParam();
  const Problem p = MakeMatrix(form, out, depth);
  std::vector<float> x = Random(rows * depth);
  if (form != MatrixForm::kF32) x = RoundedToHalves(x);
  const Memory from = Input(form, x);
  const Memory to = Poisoned(rows * out * 4);
  Multiply(stream_.get(),
           {.matrix = &p.matrix, .rows = rows, .from = from.data(), .many_rows = many_rows, .to = to.data()});
  EXPECT_LT(ErrorOf(Floats(to), Product(p.weights, p.bias, x, rows, out, depth)), kExact);
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, ProductTest,
    ::testing::Values(
        ProductCase{MatrixForm::kF32, 3, 100, 64}, ProductCase{MatrixForm::kF32, 11, 64, 1280},
        ProductCase{MatrixForm::kF16, 1, 16, 32}, ProductCase{MatrixForm::kF16, 3, 100, 64},
        ProductCase{MatrixForm::kF16, 3, 1280, 1280}, ProductCase{MatrixForm::kF16, 3, 1280, 5120},
        ProductCase{MatrixForm::kF16, 9, 130, 1024}, ProductCase{MatrixForm::kF16, 24, 256, 5120},
        ProductCase{MatrixForm::kF16, 48, 256, 1280}, ProductCase{MatrixForm::kF16, 117, 200, 5120, true},
        ProductCase{MatrixForm::kF16, 117, 200, 5120}, ProductCase{MatrixForm::kF16, 16, 3840, 1280, true},
        ProductCase{MatrixForm::kQ8_0, 3, 100, 64}, ProductCase{MatrixForm::kQ8_0, 3, 1280, 1280},
        ProductCase{MatrixForm::kQ8_0, 3, 512, 5120}, ProductCase{MatrixForm::kQ8_0, 24, 256, 5120},
        ProductCase{MatrixForm::kQ8_0, 40, 64, 5120}, ProductCase{MatrixForm::kQ8_0, 70, 96, 1024, true},
        ProductCase{MatrixForm::kF16, 65, 70, 96, true}, ProductCase{MatrixForm::kF16, 24, 3840, 1280},
        ProductCase{MatrixForm::kQ8_0, 24, 8194, 1280},
        ProductCase{MatrixForm::kQ8_0, 200, 130, 5120, true}));

TEST_F(LanguageTest, ARowIsTheSameBitsAmongAnyNumberOfRows) {
  for (const MatrixForm form : {MatrixForm::kF16, MatrixForm::kQ8_0, MatrixForm::kF32}) {
    for (const auto& [out, depth] : {std::pair<int64_t, int64_t>{160, 5120}, {8194, 128}, {3840, 1280}}) {
      const Problem p = MakeMatrix(form, out, depth);
      const Memory from = Input(form, Random(130 * depth));
      for (const bool many_rows : {false, true}) {
        std::vector<float> most;
        for (const int64_t rows : {130, 64, 48, 40, 30, 20, 10, 5, 1}) {
          const Memory to = Poisoned(rows * out * 4);
          Multiply(stream_.get(), {.matrix = &p.matrix,
                                   .rows = rows,
                                   .from = from.data(),
                                   .many_rows = many_rows,
                                   .to = to.data()});
          const std::vector<float> found = Floats(to);
          if (most.empty()) most = found;
          EXPECT_TRUE(std::equal(found.begin(), found.end(), most.begin())) << rows << " of " << out;
        }
      }
    }
  }
}

TEST_F(LanguageTest, NormsOnTheWayOrBeforeAreTheSameBits) {
  for (const MatrixForm form : {MatrixForm::kF16, MatrixForm::kQ8_0}) {
    for (const auto& [rows, width] : {std::pair<int64_t, int64_t>{3, 1280}, {8, 1024}, {1, 64}}) {
      const Problem p = MakeMatrix(form, 64, width);
      ASSERT_TRUE(CanNormOnTheWay(p.matrix, rows));
      std::vector<float> x = Random(rows * width);
      for (float& value : x) value += 3;
      const std::vector<float> weight = Random(width), bias = Random(width);
      const Memory from = Upload(x), w = Upload(weight), b = Upload(bias);
      const NormFactors norm = {w.as<float>(), b.as<float>(), 1e-5F};
      const Memory to = Poisoned(rows * 64 * 4), halves = Poisoned(rows * width * 2),
                   other = Poisoned(rows * 64 * 4);
      Multiply(
          stream_.get(),
          {.matrix = &p.matrix, .rows = rows, .unnormed = from.as<float>(), .norm = norm, .to = to.data()});
      Normalize(
          stream_.get(),
          {.from = from.as<float>(), .width = width, .rows = rows, .first = norm, .halves = halves.data()});
      Multiply(stream_.get(), {.matrix = &p.matrix, .rows = rows, .from = halves.data(), .to = other.data()});
      EXPECT_EQ(Floats(to), Floats(other));
      EXPECT_LT(ErrorOf(Floats(to), Product(p.weights, p.bias, Normed(x, weight, bias), rows, 64, width)),
                kOfHalves)
          << rows;
    }
  }
  const Problem exact = MakeMatrix(MatrixForm::kF32, 64, 64);
  EXPECT_FALSE(CanNormOnTheWay(exact.matrix, 1));
  EXPECT_FALSE(CanNormOnTheWay(MakeMatrix(MatrixForm::kF16, 64, 64).matrix, 9));
}

TEST_F(LanguageTest, NormalizesRowsOfAnyWidth) {
  for (const int64_t width : {8, 64, 1280, 1284, 5120}) {
    const std::vector<float> x = Random(5 * width), weight = Random(width), bias = Random(width);
    const Memory from = Upload(x), w = Upload(weight), b = Upload(bias), to = Poisoned(5 * width * 4);
    Normalize(stream_.get(), {.from = from.as<float>(),
                              .width = width,
                              .rows = 5,
                              .first = {w.as<float>(), b.as<float>(), 1e-5F},
                              .floats = to.as<float>()});
    const std::vector<float> wanted = Normed(x, weight, bias);
    EXPECT_LT(ErrorOf(Floats(to), Doubles(wanted.begin(), wanted.end())), kExact) << width;
  }
}

TEST_F(LanguageTest, NormalizesOnceAndTwiceAndEveryFewRows) {
  const std::vector<float> x = Random(6 * 96), w1 = Random(96), b1 = Random(96), w2 = Random(96),
                           b2 = Random(96);
  const Memory from = Upload(x), mw1 = Upload(w1), mb1 = Upload(b1), mw2 = Upload(w2), mb2 = Upload(b2);
  const Memory floats = Poisoned(2 * 96 * 4), halves = Poisoned(2 * 96 * 2);
  Normalize(stream_.get(), {.from = from.as<float>(),
                            .width = 96,
                            .rows = 2,
                            .every = 3,
                            .first = {mw1.as<float>(), mb1.as<float>(), 1e-5F},
                            .second = {mw2.as<float>(), mb2.as<float>(), 1e-5F},
                            .floats = floats.as<float>(),
                            .halves = halves.data()});
  std::vector<float> rows(x.begin() + 2 * 96, x.begin() + 3 * 96);
  rows.insert(rows.end(), x.begin() + 5 * 96, x.end());
  const std::vector<float> twice = Normed(Normed(rows, w1, b1), w2, b2);
  const Doubles wanted(twice.begin(), twice.end());
  EXPECT_LT(ErrorOf(Floats(floats), wanted), kExact);
  EXPECT_LT(ErrorOf(Halves(halves), wanted), kOfHalves);
}

TEST_F(LanguageTest, AddsAndActivatesAndSplits) {
  for (const MatrixForm form : {MatrixForm::kF32, MatrixForm::kF16}) {
    const Problem p = MakeMatrix(form, 96, 64);
    std::vector<float> x = Random(5 * 64);
    if (form == MatrixForm::kF16) x = RoundedToHalves(x);
    const Memory from = Input(form, x);
    Doubles wanted = Product(p.weights, p.bias, x, 5, 96, 64);

    const std::vector<float> before = Random(5 * 96);
    const Memory sum = Upload(before);
    Multiply(
        stream_.get(),
        {.matrix = &p.matrix, .rows = 5, .from = from.data(), .then = ProductThen::kAdd, .to = sum.data()});
    Doubles added = wanted;
    for (size_t i = 0; i < added.size(); ++i) added[i] += static_cast<double>(before[i]);
    EXPECT_LT(ErrorOf(Floats(sum), added), kExact);

    const Memory wide = Poisoned(5 * 96 * p.matrix.input_bytes());
    Multiply(
        stream_.get(),
        {.matrix = &p.matrix, .rows = 5, .from = from.data(), .then = ProductThen::kGelu, .to = wide.data()});
    Doubles gelu;
    for (const double v : wanted)
      gelu.push_back(0.5 * v * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v))));
    EXPECT_LT(form == MatrixForm::kF32 ? ErrorOf(Floats(wide), gelu) : ErrorOf(Halves(wide), gelu),
              form == MatrixForm::kF32 ? kExact : kOfHalves);

    const std::vector<int32_t> cells = {7, 0, 3, 9, 1};
    const Memory own = Upload(cells), queries = Poisoned(5 * 32 * 4), keys = Poisoned(10 * 32 * 4),
                 values = Poisoned(10 * 32 * 4);
    Multiply(stream_.get(), {.matrix = &p.matrix,
                             .rows = 5,
                             .from = from.data(),
                             .then = ProductThen::kSplit,
                             .to = queries.data(),
                             .keys = keys.data(),
                             .values = values.data(),
                             .cells_are_halves = false,
                             .own_cell = own.as<int32_t>()});
    const std::vector<float> q = Floats(queries), k = Floats(keys), v = Floats(values);
    std::vector<float> found;
    for (size_t row = 0; row < 5; ++row) {
      found.insert(found.end(), q.begin() + static_cast<std::ptrdiff_t>(row) * 32,
                   q.begin() + static_cast<std::ptrdiff_t>(row + 1) * 32);
      for (const auto* cached : {&k, &v}) {
        const auto at = cached->begin() + cells[row] * 32;
        found.insert(found.end(), at, at + 32);
      }
    }
    EXPECT_LT(ErrorOf(found, wanted), kExact);
  }
}

class AttendTest : public LanguageTest, public ::testing::WithParamInterface<int64_t> {};

TEST_P(AttendTest, IsAttentionOverListedCells) {
  const int64_t width = GetParam();
  constexpr int64_t kHeads = 3, kCells = 400;
  const int64_t step = kHeads * width;
  const std::vector<int32_t> counts = {1, 2, 37, 130, 333};
  std::vector<int32_t> begin, lists;
  for (const int32_t count : counts) {
    begin.push_back(static_cast<int32_t>(lists.size()));
    std::vector<int32_t> all(kCells);
    std::iota(all.begin(), all.end(), 0);
    std::shuffle(all.begin(), all.end(), random_);
    lists.insert(lists.end(), all.begin(), all.begin() + count);
  }
  const auto rows = static_cast<int64_t>(counts.size());
  const std::vector<float> q = Random(rows * step), k = RoundedToHalves(Random(kCells * step)),
                           v = RoundedToHalves(Random(kCells * step));
  Doubles wanted;
  const float scale = 0.3F;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t head = 0; head < kHeads; ++head) {
      Doubles weights;
      double sum = 0;
      for (int32_t i = 0; i < counts[static_cast<size_t>(row)]; ++i) {
        const int64_t cell = lists[static_cast<size_t>(begin[static_cast<size_t>(row)] + i)];
        double score = 0;
        for (int64_t d = 0; d < width; ++d) {
          score += static_cast<double>(q[static_cast<size_t>(row * step + head * width + d)]) *
                   static_cast<double>(k[static_cast<size_t>(cell * step + head * width + d)]);
        }
        weights.push_back(std::exp(static_cast<double>(scale) * score));
        sum += weights.back();
      }
      for (int64_t d = 0; d < width; ++d) {
        double value = 0;
        for (size_t i = 0; i < weights.size(); ++i) {
          const int64_t cell = lists[static_cast<size_t>(begin[static_cast<size_t>(row)]) + i];
          value +=
              weights[i] / sum * static_cast<double>(v[static_cast<size_t>(cell * step + head * width + d)]);
        }
        wanted.push_back(value);
      }
    }
  }
  const Memory mq = Upload(q), ml = Upload(lists), mb = Upload(begin), mc = Upload(counts);
  for (const bool halves : {false, true}) {
    const Memory mk = halves ? UploadHalves(k) : Upload(k), mv = halves ? UploadHalves(v) : Upload(v);
    const Memory to = Poisoned(rows * step * (halves ? 2 : 4));
    AttendCall call = {.queries = mq.as<float>(),
                       .rows = rows,
                       .heads = kHeads,
                       .head_width = width,
                       .keys = mk.data(),
                       .values = mv.data(),
                       .cells_are_halves = halves,
                       .lists = ml.as<int32_t>(),
                       .begin = mb.as<int32_t>(),
                       .count = mc.as<int32_t>(),
                       .scale = scale,
                       .to = to.data(),
                       .to_halves = halves};
    Attend(stream_.get(), call);
    const std::vector<float> found = halves ? Halves(to) : Floats(to);
    EXPECT_LT(ErrorOf(found, wanted), halves ? kOfHalves : kExact);
    // Loading ahead changes nothing.
    call.only_last_is_new = true;
    stream_->Clear(to.data(), to.bytes());
    Attend(stream_.get(), call);
    EXPECT_EQ(halves ? Halves(to) : Floats(to), found);
  }
}
INSTANTIATE_TEST_SUITE_P(Widths, AttendTest, ::testing::Values(8, 16, 32, 64, 128));

TEST_F(LanguageTest, ARecordingDoesWhatWasRecorded) {
  const Problem p = MakeMatrix(MatrixForm::kF16, 64, 64);
  const std::vector<float> x = RoundedToHalves(Random(3 * 64));
  const Memory from = UploadHalves(x);
  const Memory middle = Poisoned(3 * 64 * 2), to = Poisoned(3 * 64 * 4);
  const auto launch = [&] {
    Multiply(stream_.get(), {.matrix = &p.matrix,
                             .rows = 3,
                             .from = from.data(),
                             .then = ProductThen::kGelu,
                             .to = middle.data()});
    Multiply(stream_.get(), {.matrix = &p.matrix, .rows = 3, .from = middle.data(), .to = to.data()});
  };
  launch();
  const std::vector<float> wanted = Floats(to);
  const auto recording = stream_->Record(launch);
  ASSERT_TRUE(recording.ok()) << Message(recording.status());
  for (int i = 0; i < 3; ++i) {
    stream_->Clear(to.data(), to.bytes());
    stream_->Play(**recording);
    EXPECT_EQ(Floats(to), wanted);
  }
}

TEST(DeviceMemoryTest, TooMuchIsAnError) {
  if (!CheckDevice().ok()) GTEST_SKIP() << "wants a CUDA device";
  EXPECT_EQ(Memory::Allocate(int64_t{1} << 50).status().code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(Memory::Allocate(1 << 20).ok());
}

}  // namespace
}  // namespace waveshift::cuda
