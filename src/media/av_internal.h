// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: owners of FFmpeg's objects, its errors as Status, and its log kept away from
// standard error.
#ifndef WAVESHIFT_MEDIA_AV_INTERNAL_H_
#define WAVESHIFT_MEDIA_AV_INTERNAL_H_

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libswresample/swresample.h>
}

#include "base/status.h"

namespace waveshift::media {

// One deleter for all: FFmpeg's functions take the address of the pointer.
struct AvDeleter {
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }  // of contexts that read
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVCodecParameters* p) const { avcodec_parameters_free(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVBSFContext* p) const { av_bsf_free(&p); }
  void operator()(AVFilterGraph* p) const { avfilter_graph_free(&p); }
  void operator()(AVFilterInOut* p) const { avfilter_inout_free(&p); }
  void operator()(SwrContext* p) const { swr_free(&p); }
};
using InputPtr = std::unique_ptr<AVFormatContext, AvDeleter>;
using CodecContextPtr = std::unique_ptr<AVCodecContext, AvDeleter>;
using CodecParametersPtr = std::unique_ptr<AVCodecParameters, AvDeleter>;
using FramePtr = std::unique_ptr<AVFrame, AvDeleter>;
using PacketPtr = std::unique_ptr<AVPacket, AvDeleter>;
using BsfPtr = std::unique_ptr<AVBSFContext, AvDeleter>;
using FilterGraphPtr = std::unique_ptr<AVFilterGraph, AvDeleter>;
using FilterInOutPtr = std::unique_ptr<AVFilterInOut, AvDeleter>;
using ResamplerPtr = std::unique_ptr<SwrContext, AvDeleter>;

// "Invalid data found when processing input".
std::string AvErrorText(int error);

// "WHAT: error text". Cancelled for AVERROR_EXIT (an interrupted read), NotFound for a missing file, Internal
// for all else.
Status AvStatus(int error, std::string_view what);

// The same for what the user's file is to blame for: InvalidArgument, with FFmpeg's own last complaint of
// this thread when there is one.
Status AvInputStatus(int error, std::string_view path);

// FFmpeg prints nothing from now on (for the whole process; also done by OpenInput). The last error line of
// each thread is kept.
void CaptureAvLog();
// Forgets, and returns, the last line that FFmpeg logged as an error on this thread; "" when there is none.
std::string TakeLastAvError();

// Opens a file for reading and reads what its streams are. "file:" is put before the path, so that no name is
// taken for a protocol. `generate_pts` sets AVFMT_FLAG_GENPTS. InvalidArgument "PATH: ...", NotFound.
StatusOr<InputPtr> OpenInput(const std::string& path, bool generate_pts);

// av_read_frame that tells a file's early end (AVERROR_EOF, which some demuxers call an I/O error) from an
// I/O error.
int ReadFrame(AVFormatContext* context, AVPacket* packet);

// Demuxes only stream `index`.
void DiscardOthers(AVFormatContext* context, int index);

// Pictures a second as the file claims; 0 when it does not. The average cannot be higher than the rate of the
// finest clock seen.
double FrameRate(const AVStream& stream);

// True when the stream is a picture of the cover or a thumbnail, not moving pictures.
bool IsCoverPicture(const AVStream& stream);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_AV_INTERNAL_H_
