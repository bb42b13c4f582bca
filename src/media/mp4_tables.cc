// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/mp4_tables.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "media/mp4_boxes.h"

namespace waveshift::media {
namespace {

constexpr int64_t kBoxHeader = 8;
constexpr int64_t kFullBox = 4;    // version and flags
constexpr size_t kBlock = 8192;    // read at a time from each table
constexpr int kNobodyDepends = 2;  // sdtp: sample_is_depended_on (8.6.4)
constexpr int kMaxBoxes = 4096;    // at one level; more is no film

class File {
 public:
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  Status Open(const std::string& path) {
    path_ = path;
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status = {};
    if (fd_ < 0 || ::fstat(fd_, &status) != 0) return ErrnoStatus(errno, path);
    size_ = status.st_size;
    return OkStatus();
  }
  Status Read(int64_t position, void* bytes, int64_t size) const {
    if (position < 0 || size < 0 || position > size_ - size) return DataLoss(path_ + ": ends early");
    auto* to = static_cast<uint8_t*>(bytes);
    while (size > 0) {
      const ssize_t got = ::pread(fd_, to, static_cast<size_t>(size), position);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return got < 0 ? ErrnoStatus(errno, path_) : DataLoss(path_ + ": ends early");
      to += got;
      position += got;
      size -= got;
    }
    return OkStatus();
  }
  int64_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
  int64_t size_ = 0;
};

// A stretch of the file: a box's body.
struct Extent {
  int64_t begin = 0;
  int64_t end = 0;
  bool there() const { return end > begin; }
};

// Calls `visit` for each box in `where`; a box that does not fit ends the walk with an error.
Status ForEachBox(const File& file, Extent where,
                  const std::function<Status(std::string_view, Extent)>& visit) {
  int64_t at = where.begin;
  for (int count = 0; at + kBoxHeader <= where.end; ++count) {
    if (count >= kMaxBoxes) return InvalidArgument(file.path() + ": has too many boxes");
    std::array<char, 16> head{};
    WS_RETURN_IF_ERROR(file.Read(at, head.data(), std::min<int64_t>(head.size(), where.end - at)));
    BoxReader reader(std::string_view(head.data(), head.size()));
    auto size = static_cast<int64_t>(reader.U32());
    const std::string_view type(head.data() + 4, 4);
    reader.Skip(4);
    int64_t header = kBoxHeader;
    if (size == 1) {
      size = static_cast<int64_t>(std::min<uint64_t>(reader.U64(), INT64_MAX));
      header = 2 * kBoxHeader;
    } else if (size == 0) {
      size = where.end - at;
    }
    if (size < header || size > where.end - at) return InvalidArgument(file.path() + ": a box is cut off");
    WS_RETURN_IF_ERROR(visit(type, {at + header, at + size}));
    at += size;
  }
  return OkStatus();
}

// The big-endian numbers of one table, in order, all of one width.
class Numbers {
 public:
  void Set(const File* file, Extent extent) {
    file_ = file;
    extent_ = extent;
    Rewind();
  }
  void Rewind() {
    next_ = extent_.begin;
    held_.clear();
    at_ = 0;
  }
  StatusOr<uint8_t> U8() {
    if (at_ == held_.size()) WS_RETURN_IF_ERROR(Fill(1));
    return held_[at_++];
  }
  StatusOr<uint32_t> U32() {
    if (at_ == held_.size()) WS_RETURN_IF_ERROR(Fill(4));
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | held_[at_++];
    return value;
  }
  StatusOr<uint64_t> U64() {
    WS_ASSIGN_OR_RETURN(const uint64_t high, U32());
    WS_ASSIGN_OR_RETURN(const uint64_t low, U32());
    return high << 32 | low;
  }

 private:
  Status Fill(int64_t width) {
    const int64_t size = std::min<int64_t>(kBlock, (extent_.end - next_) / width * width);
    if (size <= 0) return InvalidArgument(file_->path() + ": a sample table is too short");
    held_.resize(static_cast<size_t>(size));
    at_ = 0;
    const int64_t from = std::exchange(next_, next_ + size);
    return file_->Read(from, held_.data(), size);
  }

  const File* file_ = nullptr;
  Extent extent_;
  int64_t next_ = 0;
  std::vector<uint8_t> held_;
  size_t at_ = 0;
};

// Runs of equal values: stts, ctts.
struct Runs {
  Numbers numbers;
  uint32_t left = 0;
  int32_t value = 0;
  int64_t rows = 0;  // that are left

  StatusOr<int32_t> Next() {
    while (left == 0 && rows > 0) {
      --rows;
      WS_ASSIGN_OR_RETURN(left, numbers.U32());
      WS_ASSIGN_OR_RETURN(const uint32_t bits, numbers.U32());
      value = static_cast<int32_t>(bits);
    }
    if (left == 0) return InvalidArgument("a sample table is too short");
    --left;
    return value;
  }
};

}  // namespace

struct Mp4Tables::Impl {
  File file;
  Extent stts, ctts, stss, stsc, stsz, stco, sdtp;
  bool wide_offsets = false;
  int64_t samples = 0;
  uint32_t fixed_size = 0;
  int64_t chunks = 0;

  // Where the walk is.
  Numbers sizes, offsets, keys, chunk_runs, dependencies;
  Runs durations, compositions;
  int64_t number = 0;  // of samples given
  int64_t dts = 0;
  int64_t chunk = 0;  // of chunks begun
  int64_t position = 0;
  uint32_t left_in_chunk = 0;
  uint32_t per_chunk = 0;
  uint32_t next_run_chunk = 1;  // from which chunk on the next row of stsc holds; 0: no more rows
  uint32_t next_per_chunk = 0;
  int64_t run_rows = 0;
  uint32_t next_key = 0;  // 0: no more
  int64_t key_rows = 0;

  Status Find(uint32_t track_id);
  Status ReadTrack(Extent track, uint32_t track_id, bool& found);
  Status ReadSampleTable(Extent table);
  Status ReadHeads();
  Status Begin();
  StatusOr<int64_t> Rows(Extent table, int64_t row_bytes, int64_t head_bytes) const;
  Status ReadRunRow();
  Status ReadKey();
  Status BeginChunk();
};

Status Mp4Tables::Impl::Find(uint32_t track_id) {
  bool found = false;
  const auto in_movie = [&](std::string_view type, Extent body) -> Status {
    if (type == "mvex" || type == "cmov") return Unimplemented(file.path() + ": has no plain sample tables");
    if (type == "trak" && !found) return ReadTrack(body, track_id, found);
    return OkStatus();
  };
  const auto in_file = [&](std::string_view type, Extent body) -> Status {
    return type == "moov" ? ForEachBox(file, body, in_movie) : OkStatus();
  };
  WS_RETURN_IF_ERROR(ForEachBox(file, {0, file.size()}, in_file));
  if (!found) return Unimplemented(file.path() + ": has no plain sample tables");
  return ReadHeads();
}

Status Mp4Tables::Impl::ReadTrack(Extent track, uint32_t track_id, bool& found) {
  Extent media;
  uint32_t id = 0;
  const auto in_track = [&](std::string_view type, Extent body) -> Status {
    if (type == "mdia") media = body;
    if (type != "tkhd") return OkStatus();
    std::array<char, 24> head{};
    WS_RETURN_IF_ERROR(file.Read(body.begin, head.data(), std::min<int64_t>(24, body.end - body.begin)));
    BoxReader reader(std::string_view(head.data(), head.size()));
    reader.Skip(reader.U8() == 1 ? 19 : 11);  // flags, times of creation and change
    id = reader.U32();
    return OkStatus();
  };
  WS_RETURN_IF_ERROR(ForEachBox(file, track, in_track));
  if (id != track_id) return OkStatus();
  found = true;
  return ForEachBox(file, media, [&](std::string_view type, Extent body) -> Status {
    if (type != "minf") return OkStatus();
    return ForEachBox(file, body, [&](std::string_view inner, Extent table) -> Status {
      return inner == "stbl" ? ReadSampleTable(table) : OkStatus();
    });
  });
}

Status Mp4Tables::Impl::ReadSampleTable(Extent table) {
  return ForEachBox(file, table, [&](std::string_view type, Extent body) -> Status {
    body.begin = std::min(body.end, body.begin + kFullBox);
    if (type == "stts") stts = body;
    if (type == "ctts") ctts = body;
    if (type == "stss") stss = body;
    if (type == "stsc") stsc = body;
    if (type == "stsz") stsz = body;
    if (type == "sdtp") sdtp = body;
    if (type == "stco" || type == "co64") {
      stco = body;
      wide_offsets = type == "co64";
    }
    return type == "stz2" || type == "stps" ? Unimplemented(file.path() + ": has unusual sample tables")
                                            : OkStatus();
  });
}

// How many rows a table has, which stands behind `head_bytes` of its body; they must be there.
StatusOr<int64_t> Mp4Tables::Impl::Rows(Extent table, int64_t row_bytes, int64_t head_bytes) const {
  if (!table.there()) return int64_t{0};
  std::array<char, 4> bytes{};
  WS_RETURN_IF_ERROR(file.Read(table.begin + head_bytes, bytes.data(), bytes.size()));
  const int64_t rows = BoxReader(std::string_view(bytes.data(), bytes.size())).U32();
  if (row_bytes > 0 && rows > (table.end - table.begin - head_bytes - 4) / row_bytes) {
    return InvalidArgument(file.path() + ": a sample table is cut off");
  }
  return rows;
}

Status Mp4Tables::Impl::ReadHeads() {
  if (!stts.there() || !stsc.there() || !stsz.there() || !stco.there()) {
    return Unimplemented(file.path() + ": has no plain sample tables");
  }
  std::array<char, 4> bytes{};
  WS_RETURN_IF_ERROR(file.Read(stsz.begin, bytes.data(), bytes.size()));
  fixed_size = BoxReader(std::string_view(bytes.data(), bytes.size())).U32();
  WS_ASSIGN_OR_RETURN(samples, Rows(stsz, fixed_size == 0 ? 4 : 0, 4));
  WS_ASSIGN_OR_RETURN(chunks, Rows(stco, wide_offsets ? 8 : 4, 0));
  return Begin();
}

Status Mp4Tables::Impl::Begin() {
  number = dts = chunk = position = 0;
  left_in_chunk = per_chunk = 0;
  const auto behind = [](Extent table, int64_t head) { return Extent{table.begin + head, table.end}; };
  sizes.Set(&file, behind(stsz, 8));
  offsets.Set(&file, behind(stco, 4));
  keys.Set(&file, behind(stss, 4));
  chunk_runs.Set(&file, behind(stsc, 4));
  dependencies.Set(&file, sdtp);
  durations = {};
  compositions = {};
  durations.numbers.Set(&file, behind(stts, 4));
  compositions.numbers.Set(&file, behind(ctts, 4));
  WS_ASSIGN_OR_RETURN(durations.rows, Rows(stts, 8, 0));
  WS_ASSIGN_OR_RETURN(compositions.rows, Rows(ctts, 8, 0));
  WS_ASSIGN_OR_RETURN(run_rows, Rows(stsc, 12, 0));
  WS_ASSIGN_OR_RETURN(key_rows, Rows(stss, 4, 0));
  WS_RETURN_IF_ERROR(ReadRunRow());
  return stss.there() ? ReadKey() : OkStatus();
}

Status Mp4Tables::Impl::ReadRunRow() {
  if (run_rows == 0) {
    next_run_chunk = 0;
    return OkStatus();
  }
  --run_rows;
  WS_ASSIGN_OR_RETURN(next_run_chunk, chunk_runs.U32());
  WS_ASSIGN_OR_RETURN(next_per_chunk, chunk_runs.U32());
  WS_ASSIGN_OR_RETURN(const uint32_t description, chunk_runs.U32());
  return description <= 1 ? OkStatus() : Unimplemented(file.path() + ": has several sample descriptions");
}

Status Mp4Tables::Impl::ReadKey() {
  next_key = 0;
  if (key_rows == 0) return OkStatus();
  --key_rows;
  WS_ASSIGN_OR_RETURN(next_key, keys.U32());
  return OkStatus();
}

Status Mp4Tables::Impl::BeginChunk() {
  if (chunk >= chunks) return InvalidArgument(file.path() + ": has fewer chunks than its samples need");
  ++chunk;
  if (chunk == next_run_chunk) {
    per_chunk = next_per_chunk;
    WS_RETURN_IF_ERROR(ReadRunRow());
  }
  left_in_chunk = per_chunk;
  if (wide_offsets) {
    WS_ASSIGN_OR_RETURN(const uint64_t offset, offsets.U64());
    position = static_cast<int64_t>(std::min<uint64_t>(offset, INT64_MAX));
  } else {
    WS_ASSIGN_OR_RETURN(position, offsets.U32());
  }
  return OkStatus();
}

Mp4Tables::Mp4Tables(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Mp4Tables::~Mp4Tables() = default;

StatusOr<std::unique_ptr<Mp4Tables>> Mp4Tables::Open(const std::string& path, uint32_t track_id) {
  auto impl = std::make_unique<Impl>();
  WS_RETURN_IF_ERROR(impl->file.Open(path));
  WS_RETURN_IF_ERROR(impl->Find(track_id));
  return std::unique_ptr<Mp4Tables>(new Mp4Tables(std::move(impl)));
}

int64_t Mp4Tables::sample_count() const { return impl_->samples; }
bool Mp4Tables::has_composition_offsets() const { return impl_->ctts.there(); }
int64_t Mp4Tables::file_size() const { return impl_->file.size(); }

StatusOr<bool> Mp4Tables::Next(Mp4TableSample& sample) {
  Impl& t = *impl_;
  if (t.number >= t.samples) return false;
  while (t.left_in_chunk == 0) WS_RETURN_IF_ERROR(t.BeginChunk());
  --t.left_in_chunk;
  ++t.number;
  sample.size = t.fixed_size;
  if (t.fixed_size == 0) {
    WS_ASSIGN_OR_RETURN(sample.size, t.sizes.U32());
  }
  sample.position = t.position;
  if (t.position > INT64_MAX - sample.size) return InvalidArgument(t.file.path() + ": a chunk lies nowhere");
  t.position += sample.size;
  sample.dts = t.dts;
  WS_ASSIGN_OR_RETURN(sample.duration, t.durations.Next());
  t.dts += sample.duration;
  sample.composition_offset = 0;
  if (t.ctts.there()) {
    WS_ASSIGN_OR_RETURN(sample.composition_offset, t.compositions.Next());
  }
  sample.key = !t.stss.there() || t.next_key == t.number;
  if (t.stss.there() && sample.key) WS_RETURN_IF_ERROR(t.ReadKey());
  sample.disposable = false;
  if (t.number <= t.sdtp.end - t.sdtp.begin) {
    WS_ASSIGN_OR_RETURN(const uint8_t dependency, t.dependencies.U8());
    sample.disposable = (dependency >> 2 & 3) == kNobodyDepends;
  }
  return true;
}

Status Mp4Tables::Rewind() { return impl_->Begin(); }

Status Mp4Tables::ReadBytes(const Mp4TableSample& sample, uint8_t* bytes) const {
  return impl_->file.Read(sample.position, bytes, sample.size);
}

}  // namespace waveshift::media
