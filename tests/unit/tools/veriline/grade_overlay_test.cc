// SPDX-License-Identifier: Apache-2.0
// What an overlay shows is read from its pixels: a symbol is drawn with known modules, graded by
// its true grid, and the colours are looked for where the panel says that the modules lie.
#include "tools/veriline/grade_overlay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "grading/matrix_grader.h"
#include "tests/support/graded_symbol.h"
#include "tests/support/scratch_folder.h"
#include "tools/veriline/overlay_map.h"
#include "tools/veriline/overlay_segments.h"
#include "tools/veriline/quad_projection.h"

namespace veriline::tools {
namespace {

using testing::Drawing;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::GradedSymbol;
using ::testing::HasSubstr;
using testing::Pose;

struct Pixel {
  int red, green, blue;
  explicit Pixel(uint32_t rgb)
      : red(static_cast<int>(rgb >> 16)),
        green(static_cast<int>(rgb >> 8 & 255)),
        blue(static_cast<int>(rgb & 255)) {}
  bool IsRed() const { return red > 120 && red > 2 * green && red > 2 * blue; }
  bool IsGreen() const { return green > 120 && green > 3 * red / 2 && green > 3 * blue / 2; }
  bool IsOrange() const { return red > 200 && green > 100 && green < 170 && blue < 100; }
  bool IsBlue() const { return blue > 200 && blue > 3 * red; }
  bool IsMagenta() const { return red > 120 && blue > 120 && green < 80; }
  bool IsGrey() const { return red == green && green == blue; }
};
std::ostream& operator<<(std::ostream& out, const Pixel& p) {
  return out << p.red << "," << p.green << "," << p.blue;
}

/// A drawn symbol with everything that an overlay of it rests on.
struct Shown {
  Drawing drawing;
  Symbol symbol;
  GradedPicture picture;
  Overlay overlay;

  Shown(const GradedSymbol& drawn, const Pose& pose, size_t copies = 1)
      : drawing(drawn.Draw(pose)) {
    symbol.symbology = drawing.grid.symbology;
    symbol.text.Assign("TEXT");
    symbol.quad = drawing.grid.outline;
    const calibration::Calibration calibration = testing::DrawingCalibration();
    const grading::GradingSpec spec;
    grading::MatrixGrader grader;
    SymbolGrade graded;
    const auto report = grader.GradeAsRead(drawing.view(), &calibration, drawing.grid, spec);
    EXPECT_TRUE(report);
    graded.symbol = &symbol;
    graded.report = *report;
    graded.grid = drawing.grid;
    graded.modules = grader.modules();
    picture.file = {.file = "drawn.png", .width = drawing.width, .height = drawing.height};
    picture.pixels = drawing.view();
    picture.symbols.assign(copies, graded);
    overlay = DrawOverlay(picture, true);
  }
  Pixel At(double row, double col) const {
    const Point p = overlay.panels.at(0).PlaceOf(row, col);
    return Pixel(overlay.sheet->At(static_cast<int>(p.x), static_cast<int>(p.y)));
  }
};

/// At the side of a module, where neither the cross nor the disc is.
constexpr double kMiddle = 0.5, kSide = 0.15;
/// Between the grid point in the middle of a disc and its rim.
constexpr double kInDisc = 0.5 + 0.2;

const Pose kPoses[] = {{.module_px = 8},
                       {.module_px = 9, .angle_deg = 25},
                       {.module_px = 8, .angle_deg = 180, .mirrored = true}};

TEST(Overlay, PaintsAWrongModuleRedAtItsPlaceWhateverTheDirection) {
  GradedSymbol drawn = GradedSymbol::DataMatrix(16, "OVERLAY");
  drawn.Flip(4, 11);
  drawn.Flip(9, 0);
  for (const Pose& pose : kPoses) {
    const Shown shown(drawn, pose);
    ASSERT_EQ(shown.overlay.panels.size(), 1u);
    for (int row = 0; row < 16; ++row) {
      for (int col = 0; col < 16; ++col) {
        const bool wrong = (row == 4 && col == 11) || (row == 9 && col == 0);
        const Pixel side = shown.At(row + kMiddle, col + kSide);
        EXPECT_EQ(side.IsRed(), wrong) << row << "," << col << ": " << side;
      }
    }
  }
}

TEST(Overlay, ColoursModulesByTheirMargin) {
  GradedSymbol drawn = GradedSymbol::DataMatrix(16, "OVERLAY");
  // Light 0.85, dark 0.05: the threshold lies at 0.45 and a margin of 0.25 is 0.1 of reflectance.
  const auto [row, col] = drawn.ModuleOf(2, false);
  drawn.SetReflectance(row, col, 0.55);
  for (const Pose& pose : kPoses) {
    const Shown shown(drawn, pose);
    const Pixel faint = shown.At(row + kMiddle, col + kInDisc);
    EXPECT_TRUE(faint.IsOrange()) << faint;
    const Pixel good = shown.At(row + kMiddle, (col > 8 ? 1 : 14) + kInDisc);
    EXPECT_TRUE(good.IsGreen()) << good;
  }
}

TEST(Overlay, ShowsThePrintBesideItsMarks) {
  const GradedSymbol drawn = GradedSymbol::DataMatrix(16, "OVERLAY");
  for (const Pose& pose : kPoses) {
    const Shown shown(drawn, pose);
    for (int row = 1; row < 15; ++row) {
      for (int col = 1; col < 15; ++col) {
        // In a corner of the module, away from its disc.
        const Pixel corner = shown.At(row + kSide, col + kSide);
        if (!corner.IsGrey()) continue;  // the ring of contrast uniformity lies over it
        EXPECT_EQ(corner.red < 110, drawn.IsDark(row, col)) << row << "," << col << ": " << corner;
      }
    }
  }
}

TEST(Overlay, OutlinesRepairedCodewords) {
  GradedSymbol drawn = GradedSymbol::DataMatrix(16, "OVERLAY");
  drawn.DamageCodeword(5);
  drawn.grid.codewords[5] = {.read = 1, .corrected = 2};
  const Shown shown(drawn, {.module_px = 8});
  const SampledGrid& grid = shown.drawing.grid;
  for (int row = 1; row < 15; ++row) {
    for (int col = 2; col < 15; ++col) {
      const bool border = (grid.CodewordOf(row, col) == 5) != (grid.CodewordOf(row, col - 1) == 5);
      if (shown.At(row + kMiddle, col - 0.3).IsRed()) continue;
      EXPECT_EQ(shown.At(row + kMiddle, col).IsBlue(), border) << row << "," << col;
    }
  }
}

TEST(Overlay, OutlinesDamagedSegmentsOnly) {
  GradedSymbol drawn = GradedSymbol::DataMatrix(16, "OVERLAY");
  const auto dashes_beside = [](const Shown& shown, bool left) {
    int magenta = 0;
    // Along the outer edge of L1, or of the clock track.
    for (double row = 1; row < 15; row += 0.05) {
      for (const double at : {0.03, 0.07}) {
        magenta += shown.At(row, left ? at : 18 - 1 - at).IsMagenta();
      }
    }
    return magenta;
  };
  const Shown whole(drawn, {.module_px = 8});
  EXPECT_EQ(dashes_beside(whole, true), 0);
  drawn.Flip(7, 0);
  const Shown damaged(drawn, {.module_px = 8});
  EXPECT_GT(dashes_beside(damaged, true), 30);
  EXPECT_EQ(dashes_beside(damaged, false), 0);
}

TEST(Overlay, GivesEveryModuleTwelvePixelsOrMore) {
  EXPECT_GE(Shown(GradedSymbol::DataMatrix(10, "1"), {.module_px = 4}).overlay.panels[0].cell_px,
            12);
  EXPECT_GE(Shown(GradedSymbol::Qr(7), {.module_px = 4}).overlay.panels[0].cell_px, 12);
}

TEST(Overlay, HasAPanelForEachSymbolUntilThereIsNoRoom) {
  const GradedSymbol drawn = GradedSymbol::DataMatrix(10, "1");
  const Shown three(drawn, {.module_px = 4}, 3);
  ASSERT_EQ(three.overlay.panels.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(three.overlay.panels[i].symbol, i);
  const Shown many(drawn, {.module_px = 4}, 400);
  EXPECT_GT(many.overlay.panels.size(), 40u);
  EXPECT_LT(many.overlay.panels.size(), 400u);
  const double pixels = static_cast<double>(many.overlay.sheet->width()) *
                        static_cast<double>(many.overlay.sheet->height());
  EXPECT_LE(pixels, 65e6);
}

TEST(Overlay, IsDrawnWhereNothingWasGraded) {
  Shown shown(GradedSymbol::DataMatrix(10, "1"), {.module_px = 4});
  SymbolGrade& graded = shown.picture.symbols[0];
  graded.grid.Clear();  // the symbol was seen, its modules were not
  EXPECT_TRUE(DrawOverlay(shown.picture, false).panels.empty());
  graded.report.reset();
  graded.note = "\xff is no UTF-8";
  const Overlay overlay = DrawOverlay(shown.picture, false);
  EXPECT_TRUE(overlay.panels.empty());
  EXPECT_GT(overlay.sheet->width(), 100);
}

TEST(Overlay, NamesAreDifferentAndOverwriteNoPicture) {
  const ScratchFolder folder;
  const std::string dir = folder.path();
  EXPECT_THAT(OverlayNames({"a/x.png", "b/x.jpg", "y", "a/x.png", "z.tar.png"}, dir),
              ElementsAre(dir + "/x.overlay.png", dir + "/x.overlay-2.png", dir + "/y.overlay.png",
                          dir + "/x.overlay-3.png", dir + "/z.tar.overlay.png"));
  EXPECT_THAT(OverlayNames(
                  {dir + "/../" + std::filesystem::path(dir).filename().string() + "/x.overlay.png",
                   dir + "/x.png"},
                  dir),
              ElementsAre(EndsWith("x.overlay.overlay.png"), EndsWith("x.overlay-2.png")));
}

TEST(Sheet, SavesAPngOrSaysWhyNot) {
  const ScratchFolder folder;
  const Sheet sheet(3, 2);
  ASSERT_TRUE(sheet.Save(folder.path() + "/a.png"));
  EXPECT_GT(std::filesystem::file_size(folder.path() + "/a.png"), 50u);
  const auto lost = sheet.Save(folder.path() + "/none/a.png");
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().ToString(), HasSubstr("none/a.png"));
  EXPECT_THAT(lost.error().ToString(), HasSubstr("No such file"));
  // What stands there is not touched, and nothing is left beside it.
  std::filesystem::create_directory(folder.path() + "/b.png");
  EXPECT_FALSE(sheet.Save(folder.path() + "/b.png"));
  EXPECT_TRUE(std::filesystem::is_directory(folder.path() + "/b.png"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/b.png.part"));
}

TEST(Sheet, BreaksLinesThatAreTooWide) {
  Sheet sheet(1, 1);
  const Sheet::Font font{12, false};
  EXPECT_THAT(sheet.Wrapped("", font, 100, 3), ::testing::IsEmpty());
  EXPECT_THAT(sheet.Wrapped("short", font, 100, 3), ElementsAre("short"));
  const std::string words = "one two three four five six seven eight nine ten";
  const auto lines = sheet.Wrapped(words, font, 100, 9);
  EXPECT_GT(lines.size(), 2u);
  std::string joined;
  for (const std::string& line : lines) {
    EXPECT_LE(sheet.WidthOf(line, font), 100);
    joined += (joined.empty() ? "" : " ") + line;
  }
  EXPECT_EQ(joined, words);
  // No blank to break at, characters of several bytes, more lines than may be.
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "石";
  const auto cut = sheet.Wrapped(wide, font, 100, 2);
  ASSERT_EQ(cut.size(), 2u);
  EXPECT_THAT(cut[1], EndsWith("…"));
  for (const std::string& line : cut) EXPECT_LE(sheet.WidthOf(line, font), 101);
}

TEST(Segments, CoverEveryFixedModuleOfADataMatrix) {
  using grading::SegmentName;
  const GradedSymbol drawn = GradedSymbol::DataMatrix(32, "FOUR REGIONS");
  std::vector<int> covered(32 * 32, 0);
  for (const SegmentName name : {SegmentName::kL1, SegmentName::kL2, SegmentName::kCtsa}) {
    for (const ModuleBlock& b : BlocksOf(name, drawn.grid)) {
      for (int row = std::max(b.row, 0); row < std::min(b.row + b.rows, 32); ++row) {
        for (int col = std::max(b.col, 0); col < std::min(b.col + b.cols, 32); ++col) {
          covered[static_cast<size_t>(row * 32 + col)] = 1;
        }
      }
    }
  }
  for (int row = 0; row < 32; ++row) {
    for (int col = 0; col < 32; ++col) {
      if (drawn.grid.CodewordOf(row, col) != SampledGrid::kFixedPattern) continue;
      EXPECT_EQ(covered[static_cast<size_t>(row * 32 + col)], 1) << row << "," << col;
    }
  }
}

TEST(QuadProjection, GoesThereAndBack) {
  const Quad quad{{Point{10, 20}, {110, 30}, {100, 95}, {5, 80}}};
  const QuadProjection projection(12, 8, quad);
  const double corners[4][2] = {{0, 0}, {12, 0}, {12, 8}, {0, 8}};
  for (size_t i = 0; i < 4; ++i) {
    const Point p = projection.ToQuad(corners[i][0], corners[i][1]);
    EXPECT_NEAR(p.x, quad.corners[i].x, 1e-4);
    EXPECT_NEAR(p.y, quad.corners[i].y, 1e-4);
  }
  for (double x = -1; x <= 13; x += 0.7) {
    const Point back = projection.FromQuad(projection.ToQuad(x, 3.3));
    EXPECT_NEAR(back.x, x, 1e-4);
    EXPECT_NEAR(back.y, 3.3, 1e-4);
  }
}

}  // namespace
}  // namespace veriline::tools
