// SPDX-License-Identifier: Apache-2.0
// What a located linear symbol costs, one core; ZXing on the same place for comparison.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/ean_encoder.h"
#include "tests/support/linear_drawing.h"
#include "tests/support/linear_encoder.h"
#include "tests/support/timing.h"
#include "tests/support/zxing_crop.h"
#include "vision/symbology/linear/reader.h"

namespace veriline::symbology::linear {
namespace {

void Measure(const std::string& name, Symbology symbology, const std::vector<double>& widths,
             std::string_view text, double x_px, double blur_x) {
  std::vector<testing::LinearPicture> pictures;
  for (int i = 0; i < 12; ++i) {
    const testing::LinearRow row = testing::PrintRow(widths, {.height_x = 40});
    pictures.push_back(testing::DrawLinear({&row, 1}, {.x_px = x_px + 0.01 * i,
                                                       .degrees = 0.7 * i,
                                                       .blur_sigma_px = blur_x * x_px,
                                                       .noise_sigma = 2,
                                                       .seed = static_cast<uint32_t>(i + 1)}));
  }
  Reader reader;
  Symbol symbol;
  // As a recipe has it: two linear symbologies beside each other.
  const SymbologySet asked =
      SymbologySet().Add(symbology).Add(Symbology::kCode128).Add(Symbology::kEan13);
  testing::TimeEach((name + ": read").c_str(), pictures.size(), [&](size_t i) {
    const BarsPlace place{pictures[i].outline, static_cast<float>(x_px), false, 0.85f};
    return reader.Read(pictures[i].view(), place, asked, {}, &symbol) &&
           symbol.payload.view() == text;
  });
  if (blur_x > 0.5) return;
  testing::TimeEach((name + ": ZXing, the place cut out").c_str(), pictures.size(),
                    [&](size_t i) {
                      testing::ReadAt(pictures[i].view(), pictures[i].outline, 20, symbology);
                      return true;
                    },
                    /*may_allocate=*/true);
}

TEST(Cost, OfALocatedSymbol) {
  const std::string text = "Abcdefghij KLMNOPQRS";
  const auto code128 = testing::ShortestCode128(text).Widths();
  Measure("Code 128, 20 characters at 3 px", Symbology::kCode128, code128, text, 3, 0.2);
  Measure("Code 128, 20 characters at 1.8 px, blur 0.7 X", Symbology::kCode128, code128, text, 1.8,
          0.7);
  const std::string ean = "4006381333931";
  Measure("EAN-13 at 3 px", Symbology::kEan13, testing::EanWidths(Symbology::kEan13, ean), ean, 3,
          0.2);
  const std::string code39 = "ABC-123456";
  Measure("Code 39, 10 characters at 3 px", Symbology::kCode39, testing::Code39Widths(code39),
          code39, 3, 0.2);
}

}  // namespace
}  // namespace veriline::symbology::linear
