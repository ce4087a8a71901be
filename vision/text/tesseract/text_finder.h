// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/core/result.h"

namespace veriline::text {

/// A line of text that was seen somewhere in a picture.
struct SeenLine {
  std::string text;            ///< UTF-8, one line
  float confidence_ratio = 0;  ///< what the engine thinks of it
  Quad place;                  ///< upright box, px
};

/// Finds and reads text of any font anywhere: the last rung, for people who set a line up or look
/// at a reject. It knows nothing of what is expected, nor of what is easily confused, so that
/// nothing is decided by it, and it takes tens of milliseconds and more: never on the frame path.
/// Thread: one at a time per object.
class TextFinder {
 public:
  /// Errors: the engine or its data are not installed (or not in this build), with what to install.
  static Checked<TextFinder> Make();
  TextFinder(TextFinder&&) noexcept;
  TextFinder& operator=(TextFinder&&) noexcept;
  ~TextFinder();

  /// From top to bottom. The picture is borrowed for the call.
  std::vector<SeenLine> Find(const FrameView& picture);

 private:
  struct Impl;
  explicit TextFinder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace veriline::text
