// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"
#include "vision/symbology/module_slicer.h"
#include "vision/symbology/qr/decoder.h"
#include "vision/symbology/qr/warp.h"

namespace veriline::symbology::qr {

/// Reads a QR Code (model 2) of a photograph: seen from the side, on a bent surface, in uneven
/// light. From the position patterns alone come size and perspective; what they leave open is found
/// by where the modules show most clearly.
/// Thread: one Read at a time per object (it owns scratch memory). Cost: some 10 µs where the
/// timing patterns do not alternate, else 1 ms for version 3 to 100 ms for version 40.
class PhotoReader {
 public:
  /// Fills `symbol` but its text. False when it cannot be read: decoded() tells how far it came.
  bool Read(const FrameView& picture, const Sight& sight, Symbol* symbol);
  /// Of the last attempt, or of the one that succeeded.
  const Decoded& decoded() const { return decoded_; }
  /// Modules of all sizes that the last Read fitted: what its time goes with, about 5 µs each.
  int effort() const { return effort_; }
  /// Modules of the last attempt, of a mirrored symbol transposed.
  std::span<const uint8_t> dark() const;

 private:
  /// A size, and how the symbol lies if it has it.
  struct Guess {
    Version version;
    Perspective::Nearness nearness;
    Bow bow;
    float likeness = 0;
  };

  bool ReadSize(const FrameView& picture, const Sight& sight, const Guess& guess, Symbol* symbol);
  bool ReadFitted(const Layout& layout);
  bool Decode(Version version, bool with_erasures);

  Warp warp_;
  ModuleSlicer slicer_;
  std::vector<Point> middles_;
  std::vector<uint8_t> turned_, turned_doubtful_;
  bool mirrored_ = false;
  int effort_ = 0;
  Decoded decoded_;
};

}  // namespace veriline::symbology::qr
