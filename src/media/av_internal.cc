// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/av_internal.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <utility>

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

namespace waveshift::media {
namespace {

constexpr size_t kMaxLogLine = 300;

std::string& LastError() {
  thread_local std::string last;
  return last;
}

void KeepErrors(void* /*source*/, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  char line[kMaxLogLine];
  const int length = std::vsnprintf(line, sizeof line, format, arguments);
  if (length <= 0) return;
  std::string text(line);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '.')) text.pop_back();
  if (!text.empty() && text.find('\n') == std::string::npos) LastError() = std::move(text);
}

// Playlists and the like name other files, also ones that the user may not have meant to show: nothing but
// the file itself is opened.
int OpenOnlyItself(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                   AVDictionary** options) {
  if (context->opaque != nullptr || (flags & AVIO_FLAG_WRITE) != 0) return AVERROR(EPERM);
  context->opaque = context;
  return avio_open2(io, url, flags, &context->interrupt_callback, options);
}

// Formats whose files name other files. FFmpeg would open those with rights that the list's author may not
// have.
bool IsListOfFiles(std::string_view format) {
  return format.starts_with("hls") || format == "concat" || format == "dash" || format == "imf" ||
         format == "sdp" || format == "rtsp" || format == "webm_dash_manifest" || format == "vobsub";
}

// Formats in which FFmpeg sees moving pictures where people see a still one, or text.
bool IsStillOrText(std::string_view format) {
  return format.ends_with("_pipe") || format == "image2" || format == "tty" || format == "bin" ||
         format == "xbin" || format == "idf" || format == "adf";
}

// Looks at the file's first bytes only.
StatusOr<const AVInputFormat*> FindFormat(const std::string& path) {
  AVIOContext* io = nullptr;
  const std::string url = "file:" + path;
  int error = avio_open2(&io, url.c_str(), AVIO_FLAG_READ, nullptr, nullptr);
  if (error < 0) return AvInputStatus(error, path);
  const AVInputFormat* format = nullptr;
  error = av_probe_input_buffer2(io, &format, url.c_str(), nullptr, 0, 0);
  avio_closep(&io);
  if (error < 0) return AvInputStatus(error, path);
  if (IsStillOrText(format->name)) {
    return InvalidArgument(path + ": is a picture or a text, not a video or a sound");
  }
  if (IsListOfFiles(format->name))
    return InvalidArgument(path + ": is a list of other files, not a media file");
  return format;
}

}  // namespace

std::string AvErrorText(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof text);
  return text;
}

Status AvStatus(int error, std::string_view what) {
  const std::string message = std::string(what) + ": " + AvErrorText(error);
  if (error == AVERROR_EXIT) return Cancelled(message);
  if (error == AVERROR(ENOENT)) return NotFound(message);
  return Internal(message);
}

Status AvInputStatus(int error, std::string_view path) {
  std::string detail = TakeLastAvError();
  if (error == AVERROR_EXIT || error == AVERROR(ENOENT)) return AvStatus(error, path);
  if (error == AVERROR(ENOMEM) || error == AVERROR(EIO)) return AvStatus(error, path);
  std::string message = std::string(path) + ": " + AvErrorText(error);
  if (!detail.empty()) message += " (" + detail + ")";
  return InvalidArgument(message);
}

void CaptureAvLog() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(&KeepErrors); });
}

std::string TakeLastAvError() { return std::exchange(LastError(), {}); }

StatusOr<InputPtr> OpenInput(const std::string& path, bool generate_pts) {
  CaptureAvLog();
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    const int error_number = errno;
    return error_number == ENOENT ? NotFound(path + ": no such file") : ErrnoStatus(error_number, path);
  }
  if (S_ISDIR(status.st_mode)) return InvalidArgument(path + ": is a directory, not a media file");
  // A pipe can be read once only, and opening one waits for somebody who may never come.
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) {
    return InvalidArgument(path + ": is no plain file, and only those can be read as often as needed");
  }
  if (S_ISREG(status.st_mode) && status.st_size == 0) return InvalidArgument(path + ": the file is empty");
  TakeLastAvError();
  WS_ASSIGN_OR_RETURN(const AVInputFormat* format, FindFormat(path));
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) return Internal("out of memory");
  if (generate_pts) raw->flags |= AVFMT_FLAG_GENPTS;
  TakeLastAvError();
  raw->io_open = &OpenOnlyItself;
  // Frees the context when it fails.
  const int error = avformat_open_input(&raw, ("file:" + path).c_str(), format, nullptr);
  if (error == AVERROR(EPERM)) return InvalidArgument(path + ": is a list of other files, not a media file");
  if (error < 0) return AvInputStatus(error, path);
  InputPtr input(raw);
  const int probed = avformat_find_stream_info(input.get(), nullptr);
  if (probed < 0) return AvInputStatus(probed, path);
  return input;
}

int ReadFrame(AVFormatContext* context, AVPacket* packet) {
  const int error = av_read_frame(context, packet);
  if (error >= 0 || context->pb == nullptr) return error;
  const int io = context->pb->error;
  if (io < 0 && io != AVERROR_EOF) return io;
  return error == AVERROR(EIO) ? AVERROR_EOF : error;
}

void DiscardOthers(AVFormatContext* context, int index) {
  for (unsigned i = 0; i < context->nb_streams; ++i) {
    context->streams[i]->discard = static_cast<int>(i) == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

double FrameRate(const AVStream& stream) {
  const auto value = [](AVRational rate) { return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0.0; };
  const double average = value(stream.avg_frame_rate);
  const double finest = value(stream.r_frame_rate);
  return average > 0 && finest > 0 ? std::min(average, finest) : std::max(average, finest);
}

bool IsCoverPicture(const AVStream& stream) {
  return (stream.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) != 0;
}

}  // namespace waveshift::media
