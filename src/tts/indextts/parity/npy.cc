// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/parity/npy.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/files.h"

namespace waveshift::tts::indextts {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they lie in the file");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMostExtents = 8;
constexpr size_t kMostHeaderBytes = 1 << 16;

struct Header {
  std::optional<std::string> type;
  std::optional<bool> fortran_order;
  std::optional<std::vector<int64_t>> shape;
};

// The header: a dictionary as Python writes it, with these three keys.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : rest_(text) {}

  // False when the text is not of that form.
  bool Read(Header* header) {
    if (!Take('{')) return false;
    while (!Take('}')) {
      std::string key;
      if (!Quoted(&key) || !Take(':') || !ReadValue(key, header)) return false;
      if (!Take(',')) return Take('}') && AtEnd();
    }
    return AtEnd();
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n')) rest_.remove_prefix(1);
  }
  bool AtEnd() {
    SkipSpace();
    return rest_.empty();
  }
  bool Take(char wanted) {
    SkipSpace();
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeWord(std::string_view word) {
    SkipSpace();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool Quoted(std::string* text) {
    if (!Take('\'')) return false;
    const size_t end = rest_.find('\'');
    if (end == std::string_view::npos) return false;
    *text = std::string(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool ReadValue(const std::string& key, Header* header) {
    if (key == "descr" && !header->type) return Quoted(&header->type.emplace());
    if (key == "shape" && !header->shape) return Tuple(&header->shape.emplace());
    if (key != "fortran_order" || header->fortran_order) return false;
    header->fortran_order = TakeWord("True");
    return *header->fortran_order || TakeWord("False");
  }
  bool Tuple(std::vector<int64_t>* numbers) {
    if (!Take('(')) return false;
    while (!Take(')')) {
      SkipSpace();
      int64_t number = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
      if (error != std::errc() || number < 0 || numbers->size() == kMostExtents) return false;
      rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
      numbers->push_back(number);
      if (!Take(',')) return Take(')');
    }
    return true;
  }

  std::string_view rest_;
};

// The header's text, taken from the front of `bytes`; nullopt when it is not there.
std::optional<std::string_view> TakeHeader(std::string_view* bytes) {
  const size_t fixed = kMagic.size() + 2;
  if (!bytes->starts_with(kMagic) || bytes->size() < fixed + 4) return std::nullopt;
  const char major = (*bytes)[kMagic.size()];
  if (major != 1 && major != 2) return std::nullopt;
  const size_t width = major == 1 ? 2 : 4;
  uint32_t length = 0;
  std::memcpy(&length, bytes->data() + fixed, width);
  if (length > kMostHeaderBytes || bytes->size() - fixed - width < length) return std::nullopt;
  const std::string_view header = bytes->substr(fixed + width, length);
  bytes->remove_prefix(fixed + width + length);
  return header;
}

// False when `shape` does not hold exactly the values in `bytes`.
template <typename T>
bool Fill(std::string_view bytes, const std::vector<int64_t>& shape, NpyArray* array) {
  const auto count = static_cast<int64_t>(bytes.size() / sizeof(T));
  int64_t product = std::find(shape.begin(), shape.end(), 0) == shape.end() ? 1 : 0;
  for (const int64_t extent : shape) {
    if (product > 0 && product > count / extent) return false;
    product *= extent;
  }
  if (product != count || bytes.size() % sizeof(T) != 0) return false;
  std::vector<T> values(static_cast<size_t>(count));
  if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
  array->values = std::move(values);
  return true;
}

std::optional<bool> FillAs(const std::string& type, std::string_view bytes, const std::vector<int64_t>& shape,
                           NpyArray* array) {
  if (type == "<f4") return Fill<float>(bytes, shape, array);
  if (type == "<f8") return Fill<double>(bytes, shape, array);
  if (type == "<i2") return Fill<int16_t>(bytes, shape, array);
  if (type == "<i4") return Fill<int32_t>(bytes, shape, array);
  if (type == "<i8") return Fill<int64_t>(bytes, shape, array);
  return std::nullopt;
}

}  // namespace

int64_t NpyArray::size() const {
  return std::visit([](const auto& each) { return static_cast<int64_t>(each.size()); }, values);
}

std::vector<double> NpyArray::Doubles() const {
  return std::visit([](const auto& each) { return std::vector<double>(each.begin(), each.end()); }, values);
}

StatusOr<NpyArray> ParseNpy(std::string_view bytes, std::string_view name) {
  const auto wrong = [&](std::string_view what) {
    return InvalidArgument(std::string(name) + ": " + std::string(what));
  };
  const std::optional<std::string_view> text = TakeHeader(&bytes);
  Header header;
  if (!text) return wrong("is no NumPy file of version 1 or 2");
  if (!HeaderReader(*text).Read(&header) || !header.type || !header.fortran_order || !header.shape) {
    return wrong("has a header that is not of the form of NumPy files");
  }
  NpyArray array;
  array.shape = *std::move(header.shape);
  if (*header.fortran_order && array.shape.size() > 1) return wrong("is in Fortran order, not in C order");
  const std::optional<bool> filled = FillAs(*header.type, bytes, array.shape, &array);
  if (!filled) return wrong("has values of another type than <f4, <f8, <i2, <i4, <i8");
  if (!*filled) return wrong("has another number of bytes than its shape says");
  return array;
}

StatusOr<NpyArray> ReadNpy(const std::string& path, int64_t max_bytes) {
  WS_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, max_bytes));
  return ParseNpy(bytes, path);
}

}  // namespace waveshift::tts::indextts
