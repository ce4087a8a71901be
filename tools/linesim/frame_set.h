// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/symbol.h"

namespace veriline::linesim {

/// A symbol that shows in a picture.
struct ShownSymbol {
  uint64_t item = 0;
  Symbology symbology = Symbology::kUnknown;
  std::string identifier;  ///< ISO/IEC 15424: "]d2"
  std::string text;        ///< its payload: no leading FNC1, GS between fields
  Quad quad;               ///< outline in the picture; may reach out of it
  float module_px = 0;     ///< X dimension
  /// False: cut by a border or covered in part. It may be read, and need not be.
  bool whole = true;
};

/// Pictures drawn one by one, with the truth about them. A picture is a function of what the set
/// was made of (scene, seed) and its index alone.
/// Thread: one Draw at a time per object; ShownIn from any.
class FrameSet {
 public:
  virtual ~FrameSet() = default;
  /// How many there are; they are numbered from 0.
  virtual uint64_t size() const = 0;
  /// The pixels are valid until the next call.
  virtual FrameView Draw(uint64_t index) = 0;
  /// Everything that can be read in it.
  virtual std::vector<ShownSymbol> ShownIn(uint64_t index) const = 0;
};

/// `quad` with its corners moved away from its centre line by line: every side moves outward by
/// `by_px`. Requires a quad that is near a parallelogram.
Quad Grown(const Quad& quad, float by_px);

}  // namespace veriline::linesim
