// SPDX-License-Identifier: Apache-2.0
// Of a build without tesseract.
#include <utility>

#include "vision/text/tesseract/text_finder.h"

namespace veriline::text {

struct TextFinder::Impl {};

TextFinder::TextFinder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TextFinder::TextFinder(TextFinder&&) noexcept = default;
TextFinder& TextFinder::operator=(TextFinder&&) noexcept = default;
TextFinder::~TextFinder() = default;

Checked<TextFinder> TextFinder::Make() {
  return Fail(
      Diagnostic{.code = ErrorCode::kUnavailable,
                 .message = "text of any font is not read by this build",
                 .advice = "install libtesseract-dev and tesseract-ocr-eng, and build again"});
}

std::vector<SeenLine> TextFinder::Find(const FrameView&) { return {}; }

}  // namespace veriline::text
