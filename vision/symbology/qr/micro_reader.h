// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"
#include "vision/symbology/module_slicer.h"
#include "vision/symbology/qr/decoder.h"
#include "vision/symbology/qr/level_field.h"
#include "vision/symbology/qr/pattern_fit.h"

namespace veriline::symbology::qr {

/// Where a Micro QR symbol may lie.
struct MicroPlace {
  Rect box;             ///< px; with its quiet zone
  float angle_rad = 0;  ///< of one of its axes, to within 15°
};

/// Reads Micro QR in a part of a picture: the finder pattern, version and direction by the timing
/// patterns, then modules, sliced by some guesses of how blurred they are → message; those of
/// doubtful modules as erasures in a last attempt. M1 detects errors and corrects none: it is read
/// with error capacity 0, and is never an identity (Decoded::DetectionOnly).
/// Thread: one Read at a time per object (it owns scratch memory). Cost: a hundred lines across the
/// box, 0.1 ms where it holds nothing of the kind; no allocation once it has grown.
class MicroReader {
 public:
  /// Fills `symbol` but its text. False when there is none that can be read.
  bool Read(const FrameView& picture, const MicroPlace& place, Symbol* symbol);
  const Decoded& decoded() const { return decoded_; }  ///< of the last attempt

 private:
  void Take(const FrameView& picture, const Rect& box);
  bool ReadFinder(const FrameView& picture, const LevelField& field, const Frame& finder,
                  Point origin, bool inverted, Symbol* symbol);
  bool ReadVersion(const FrameView& picture, const Quad& outline, Version version, bool inverted,
                   Symbol* symbol);

  std::vector<float> values_;  ///< of the box
  float threshold_ = 0;
  ModuleSlicer slicer_;
  std::vector<uint8_t> turned_, turned_doubtful_;  ///< mirrored
  Decoded decoded_;
};

}  // namespace veriline::symbology::qr
