// SPDX-License-Identifier: Apache-2.0
#include "vision/text/tesseract/text_finder.h"

#include <tesseract/baseapi.h>
#include <tesseract/resultiterator.h>

#include <cstdlib>
#include <utility>

namespace veriline::text {

struct TextFinder::Impl {
  tesseract::TessBaseAPI api;
};

TextFinder::TextFinder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TextFinder::TextFinder(TextFinder&&) noexcept = default;
TextFinder& TextFinder::operator=(TextFinder&&) noexcept = default;
TextFinder::~TextFinder() = default;

Checked<TextFinder> TextFinder::Make() {
  // Its own threads slow it down; it reads this when it first works.
  setenv("OMP_THREAD_LIMIT", "1", 0);
  auto impl = std::make_unique<Impl>();
  if (impl->api.Init(nullptr, "eng", tesseract::OEM_LSTM_ONLY) != 0) {
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "tesseract has no data for English",
                           .advice = "install tesseract-ocr-eng"});
  }
  impl->api.SetVariable("debug_file", "/dev/null");
  impl->api.SetPageSegMode(tesseract::PSM_SPARSE_TEXT);
  return TextFinder(std::move(impl));
}

std::vector<SeenLine> TextFinder::Find(const FrameView& picture) {
  std::vector<SeenLine> lines;
  if (picture.Empty()) return lines;
  tesseract::TessBaseAPI& api = impl_->api;
  api.SetImage(picture.data, picture.width, picture.height, 1, static_cast<int>(picture.stride));
  if (api.Recognize(nullptr) != 0) return lines;
  const std::unique_ptr<tesseract::ResultIterator> at(api.GetIterator());
  constexpr auto kLine = tesseract::RIL_TEXTLINE;
  if (at == nullptr || at->Empty(kLine)) return lines;
  do {
    const std::unique_ptr<char[]> text(at->GetUTF8Text(kLine));
    int left = 0, top = 0, right = 0, bottom = 0;
    if (text == nullptr || !at->BoundingBox(kLine, &left, &top, &right, &bottom)) continue;
    SeenLine line{.text = text.get(), .confidence_ratio = at->Confidence(kLine) / 100};
    while (!line.text.empty() && (line.text.back() == '\n' || line.text.back() == ' ')) {
      line.text.pop_back();
    }
    if (line.text.empty()) continue;
    const auto l = static_cast<float>(left), t = static_cast<float>(top);
    const auto r = static_cast<float>(right), b = static_cast<float>(bottom);
    line.place = {{Point{l, t}, Point{r, t}, Point{r, b}, Point{l, b}}};
    lines.push_back(std::move(line));
  } while (at->Next(kLine));
  api.Clear();
  return lines;
}

}  // namespace veriline::text
