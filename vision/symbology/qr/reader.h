// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"
#include "vision/symbology/module_slicer.h"
#include "vision/symbology/qr/decoder.h"

namespace veriline::symbology::qr {

/// Where a QR Code lies, as its three finder patterns tell.
struct Place {
  /// TL TR BR BL, px, of the symbol as if it were not mirrored: the first three patterns are at TL,
  /// TR and BL, the fourth corner may be a guess.
  Quad quad;
  float module_px = 0;    ///< as the patterns show it
  bool inverted = false;  ///< light on dark
};

/// Reads a QR Code (model 2) that was located: size by the timing patterns, the fourth corner by an
/// alignment pattern, then modules, sliced by some guesses of how blurred they are → message; those
/// of doubtful modules as erasures in a last attempt.
/// Thread: one Read at a time per object (it owns scratch memory, about 20 kB). Cost: 20 to 40 µs
/// for versions 2 to 4; no allocation once it has grown, but for versions met for the first time.
class Reader {
 public:
  /// Fills `symbol` but its text. False when it cannot be read: decoded() tells how far it came.
  bool Read(const FrameView& picture, const Place& place, Symbol* symbol);
  /// Of the last attempt, or of the one that succeeded.
  const Decoded& decoded() const { return decoded_; }

 private:
  bool ReadSize(const FrameView& picture, const Place& place, int size, Symbol* symbol);
  bool Decode(Version version, bool mirrored, bool with_erasures);

  ModuleSlicer slicer_;
  std::vector<uint8_t> turned_, turned_doubtful_;  ///< mirrored
  Decoded decoded_;
};

}  // namespace veriline::symbology::qr
