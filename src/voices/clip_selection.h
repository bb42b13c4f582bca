// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Which seconds of a speaker become the recording that engines clone the voice from: clean, dense, well
// levelled speech of one voice. Arithmetic on measured windows (clip_measure.h), without sound.
//
// Cost: linear in the windows, O(p log p) in the pieces that they fall into. Memory: about 60 bytes a piece.
#ifndef WAVESHIFT_VOICES_CLIP_SELECTION_H_
#define WAVESHIFT_VOICES_CLIP_SELECTION_H_

#include <span>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "voices/clip_measure.h"

namespace waveshift::voices {

struct ClipRules {
  Samples most = Samples{12} * kTimelineRateHz;   // of the whole clip
  Samples least = Samples{3} * kTimelineRateHz;   // of the speech in it, else there is no clip
  Samples shortest_piece = kTimelineRateHz / 2;   // of the speech in a piece
  Samples padding = SamplesFromMs(int64_t{200});  // of pause kept around a piece
  float least_over_background_db = 10;            // speech against what is heard of the background
  float quietest_db = -50;                        // of the speech's level
};

// A stretch in which one speaker is alone.
struct MeasuredRange {
  Samples start = 0;                // on the timeline, or of whatever sound it is
  std::vector<ClipWindow> windows;  // from there on
};

// Each part from 0 (bad) to 1; `total` is their weighted mean (clip_selection.cc has the weights).
struct ClipScore {
  double total = 0;
  double clean = 0;    // speech over what is heard of the background: 0 at 10 dB, 1 at 30 dB; not known: 0.5
  double density = 0;  // share of speech in the pieces: mean probability
  double level = 0;    // 1 from -32 to -12 dBFS, falling to 0 at -50 and 0
  double voice = 0;    // pitch near the speaker's median: 1 at it, 0 at seven semitones; 0.5 when not known
  double length = 0;   // length of the pieces: 1 from 3 s on
};

struct ClipPiece {
  Samples start = 0;
  Samples length = 0;
  friend bool operator==(const ClipPiece&, const ClipPiece&) = default;
};

struct ClipChoice {
  std::vector<ClipPiece> pieces;  // by start, apart from each other; none: `reason` says why
  ClipScore score;                // of all pieces, by their length
  std::string reason;
  Samples length() const;
};

// The best pieces of one speaker, as long as they are worth it. A piece is a stretch of speech without
// clipped windows and without windows whose background comes within least_over_background_db of the speech.
// Of a background that is known apart 7 dB less are heard in the speech; without one the pauses of the range
// say how loud it is. Pieces whose pitch is far from the median's are somebody else's (a name given twice, a
// wrong time) and left out. Pre: ranges do not overlap.
// Pure: the same ranges give the same choice.
ClipChoice SelectClip(std::span<const MeasuredRange> ranges, const ClipRules& rules = {});

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_CLIP_SELECTION_H_
