// SPDX-License-Identifier: Apache-2.0
// What grading a symbol costs, one core; and what it allocates once it is warm: nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "grading/matrix_grader.h"
#include "grading/symbol_grader.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/graded_linear.h"
#include "tests/support/graded_symbol.h"
#include "vision/symbology/linear/reader.h"

namespace veriline::grading {
namespace {

using Clock = std::chrono::steady_clock;

/// A dozen poses, so that the aperture and its kernels change from symbol to symbol.
std::vector<testing::Drawing> Poses(const testing::GradedSymbol& symbol, double module_px) {
  std::vector<testing::Drawing> drawings;
  for (int i = 0; i < 12; ++i) {
    drawings.push_back(symbol.Draw({.module_px = module_px + 0.01 * i,
                                    .angle_deg = 3.0 * i,
                                    .shift_x_px = 0.1 * i,
                                    .blur_px = 0.5,
                                    .noise_grey = 2,
                                    .margin_modules = 21,
                                    .seed = static_cast<uint32_t>(i + 1)}));
  }
  return drawings;
}

/// Times `work` on each of them, forty times, once it is warm; then it must not allocate.
void Time(const char* name, const std::vector<testing::Drawing>& drawings,
          const std::function<bool(const testing::Drawing&)>& work) {
  std::vector<double> us;
  const auto all = [&] {
    for (const auto& d : drawings) {
      const auto from = Clock::now();
      const bool done = work(d);
      us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - from).count());
      ASSERT_TRUE(done);
    }
  };
  all();
  us.clear();
  us.reserve(12 * 40);
  const size_t before = AllocationsOfThisThread();
  for (int i = 0; i < 40; ++i) all();
  EXPECT_EQ(AllocationsOfThisThread(), before);
  std::sort(us.begin(), us.end());
  std::printf("%-54s p50 %7.1f us  p99 %7.1f  max %7.1f\n", name, us[us.size() / 2],
              us[us.size() * 99 / 100], us.back());
}

void Measure(const char* name, const testing::GradedSymbol& symbol, double module_px,
             Edition edition) {
  const auto calibration = testing::DrawingCalibration();
  GradingSpec spec;
  spec.edition = edition;
  MatrixGrader grader;
  const std::string full = std::string(name) + ", " + std::string(Name(edition));
  Time(full.c_str(), Poses(symbol, module_px), [&](const testing::Drawing& d) {
    return grader.GradeAsRead(d.view(), &calibration, d.grid, spec).has_value();
  });
}

TEST(Cost, OfOneSymbol) {
  const auto dm22 = testing::GradedSymbol::DataMatrix(22);
  Measure("Data Matrix 22 x 22 at 5 px", dm22, 5, Edition::k15415_2011);
  Measure("Data Matrix 22 x 22 at 5 px", dm22, 5, Edition::k15415_2024);
  Measure("the same, two apertures", dm22, 5, Edition::k29158_2020);
  Measure("Data Matrix 22 x 22 at 10 px", dm22, 10, Edition::k15415_2024);
  Measure("QR Code 2 at 5 px", testing::GradedSymbol::Qr(2), 5, Edition::k15415_2024);
}

/// What the line does with a located 22×22: read, then reference decode and all parameters.
TEST(Cost, OfOneLocatedSymbol) {
  const auto drawings = Poses(testing::GradedSymbol::DataMatrix(22), 5);
  symbology::datamatrix::Reader reader;
  Symbol symbol;
  Time("read a located Data Matrix 22 x 22 at 5 px", drawings, [&](const testing::Drawing& d) {
    return reader.Read(d.view(), {d.grid.outline, 22, 22, false}, &symbol);
  });
  const auto calibration = testing::DrawingCalibration();
  const GradingSpec spec;
  SymbolGrader grader;
  Time("read it, reference decode, all parameters of 15415:2024", drawings,
       [&](const testing::Drawing& d) {
         if (!reader.Read(d.view(), {d.grid.outline, 22, 22, false}, &symbol)) return false;
         const auto report = grader.Grade(d.view(), &calibration, symbol, spec);
         return report && report->reference_failed_at == symbology::ReferenceStep::kNone;
       });
}

/// Ten scans of a Code 128 with 20 characters at 3 px an X: as it was read, and with its reading,
/// as the line does it with a located symbol.
TEST(Cost, OfOneLinearSymbol) {
  const auto sample = testing::LinearSample::Code128("Abcdefghij KLMNOPQRS");
  const auto calibration = testing::LinearCalibration();
  GradingSpec spec;
  for (const double turn : {0.0, 10.0}) {
    std::vector<testing::Drawing> drawings;
    std::vector<Symbol> symbols;
    for (int i = 0; i < 12; ++i) {
      testing::LinearCase how;
      how.shot.x_px = 3 + 0.01 * i;
      how.shot.degrees = turn + 0.3 * i;
      how.shot.noise_sigma = 2;
      how.shot.seed = static_cast<uint32_t>(i + 1);
      how.ink.height_x = 40;
      const auto picture = Draw(sample, how);
      symbols.push_back(SymbolOf(sample, picture));
      drawings.push_back({picture.pixels, picture.width, picture.height, {}});
    }
    SymbolGrader grader;
    size_t at = 0;
    const std::string name = "Code 128, 20 characters at 3 px, turned by " +
                             std::to_string(static_cast<int>(turn)) + " degrees";
    Time(name.c_str(), drawings, [&](const testing::Drawing& d) {
      const auto report = grader.Grade(d.view(), &calibration, symbols[at++ % 12], spec);
      return report && report->Of(Parameter::kDecode).grade == 4;
    });
    symbology::linear::Reader reader;
    const auto asked = SymbologySet().Add(Symbology::kCode128).Add(Symbology::kEan13);
    at = 0;
    Symbol read;
    Time(("read and grade: " + name).c_str(), drawings, [&](const testing::Drawing& d) {
      const symbology::linear::BarsPlace place{symbols[at++ % 12].quad, 3, false, 0.85f};
      if (!reader.Read(d.view(), place, asked, {}, &read)) return false;
      const auto report = grader.Grade(d.view(), &calibration, read, spec);
      return read.payload.view() == sample.payload && report &&
             report->Of(Parameter::kDecode).grade == 4;
    });
  }
}

}  // namespace
}  // namespace veriline::grading
