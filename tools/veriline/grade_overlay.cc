// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/grade_overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "tools/veriline/grade_words.h"
#include "tools/veriline/overlay_legend.h"
#include "tools/veriline/overlay_map.h"
#include "tools/veriline/overlay_scans.h"

namespace veriline::tools {
namespace {

namespace fs = std::filesystem;

constexpr double kGap = 24;  // px, around everything
constexpr double kMostThumbWidth = 900, kMostThumbHeight = 300;
constexpr double kMostPixels = 64e6, kMostSide = 32000;  // Cairo: 32767
constexpr Colour kInk = Rgb(0x1f2328), kGrey = Rgb(0x57606a), kPale = Rgb(0xd0d7de);

/// A symbol and the room that it takes.
struct Placed {
  size_t symbol = 0;
  std::unique_ptr<OverlayMap> map;      ///< null: no modules were found
  std::unique_ptr<OverlayScans> scans;  ///< of a linear symbol
  double map_width = 0;
  double width = 0, height = 0;
  Point corner;
};

/// The picture in a box of that size, averaged where it is scaled down.
struct Thumb {
  int width = 0, height = 0;
  double scale = 1;  ///< of the picture
  std::vector<uint8_t> pixels;
};

Thumb ThumbOf(const FrameView& picture) {
  Thumb thumb;
  thumb.scale = std::min({1.0, kMostThumbWidth / picture.width, kMostThumbHeight / picture.height});
  thumb.width = std::max(1, static_cast<int>(picture.width * thumb.scale));
  thumb.height = std::max(1, static_cast<int>(picture.height * thumb.scale));
  for (int y = 0; y < thumb.height; ++y) {
    const int y0 = static_cast<int>(static_cast<int64_t>(y) * picture.height / thumb.height);
    const int y1 = static_cast<int>(static_cast<int64_t>(y + 1) * picture.height / thumb.height);
    for (int x = 0; x < thumb.width; ++x) {
      const int x0 = static_cast<int>(static_cast<int64_t>(x) * picture.width / thumb.width);
      const int x1 = static_cast<int>(static_cast<int64_t>(x + 1) * picture.width / thumb.width);
      int64_t sum = 0, count = 0;
      for (int row = y0; row < std::max(y1, y0 + 1); ++row) {
        for (int col = x0; col < std::max(x1, x0 + 1); ++col) sum += picture.Row(row)[col], ++count;
      }
      thumb.pixels.push_back(static_cast<uint8_t>(sum / count));
    }
  }
  return thumb;
}

/// Side by side in so many columns, each as wide as the widest. Returns the size of all.
Box Arrange(std::vector<Placed>* all, double top, size_t columns) {
  double width = 0;
  for (const Placed& p : *all) width = std::max(width, p.width);
  Box box;
  double y = top;
  for (size_t i = 0; i < all->size(); i += columns) {
    double height = 0;
    for (size_t k = i; k < std::min(all->size(), i + columns); ++k) {
      Placed& p = (*all)[k];
      p.corner = {
          static_cast<float>(std::floor(kGap + static_cast<double>(k - i) * (width + 2 * kGap))),
          static_cast<float>(std::floor(y))};
      height = std::max(height, p.height);
      box.width = std::max(box.width, p.corner.x + width + kGap);
    }
    y += height + kGap;
  }
  box.height = y;
  return box;
}

std::string GradeText(const SymbolGrade& graded) {
  if (!graded.report) return "not graded: " + graded.note;
  return fmt::format("{}  {}", FormalGrade(*graded.report), graded.report->letter());
}

class Page {
 public:
  Page(const GradedPicture& picture, bool aperture_stated)
      : picture_(picture), stated_(aperture_stated), thumb_(ThumbOf(picture.pixels)) {}

  Overlay Draw() {
    Box box = Layout();
    Overlay out;
    out.sheet = std::make_unique<Sheet>(static_cast<int>(std::ceil(box.width)),
                                        static_cast<int>(std::ceil(box.height)));
    sheet_ = out.sheet.get();
    DrawHead();
    for (const Placed& p : placed_) DrawPanel(p, &out);
    return out;
  }

 private:
  /// The thumb is beside the list of symbols.
  static constexpr double kListWidth = 460, kListLine = 17, kTitle = 52;

  Box Layout() {
    for (size_t i = 0; i < picture_.symbols.size(); ++i) {
      const SymbolGrade& graded = picture_.symbols[i];
      if (!graded.report) continue;
      Placed p{.symbol = i};
      p.height = HeightOfLegend(graded, stated_);
      if (graded.has_modules()) {
        p.map = std::make_unique<OverlayMap>(graded);
        p.map_width = p.map->width() + kGap;
        p.height = std::max(p.height, p.map->height());
      } else if (!graded.scans.empty()) {
        p.scans = std::make_unique<OverlayScans>(graded);
        p.map_width = p.scans->width() + kGap;
        p.height = std::max(p.height, p.scans->height());
      }
      p.width = p.map_width + kLegendWidth;
      p.height += kHeading;
      placed_.push_back(std::move(p));
    }
    list_lines_ = std::min<size_t>(picture_.symbols.size(),
                                   static_cast<size_t>(kMostThumbHeight / kListLine) - 1);
    head_height_ =
        kTitle + std::max<double>(thumb_.height, static_cast<double>(list_lines_ + 1) * kListLine);
    const double top = kGap + head_height_ + kGap;
    Box box;
    while (true) {
      for (size_t columns = 1;; ++columns) {
        box = Arrange(&placed_, top, columns);
        if (box.height <= 1.5 * box.width || columns >= placed_.size()) break;
      }
      box.width = std::max(box.width, 3 * kGap + thumb_.width + kListWidth);
      const bool fits = box.width * box.height <= kMostPixels && box.height <= kMostSide &&
                        box.width <= kMostSide;
      if (fits || placed_.empty()) return box;
      placed_.pop_back();
      ++left_out_;
    }
  }

  void DrawHead() {
    double y = kGap + 16;
    const std::string name = fs::path(std::string(picture_.file.file)).filename().string();
    const double room = sheet_->width() - 2 * kGap;
    const std::vector<std::string> title = sheet_->Wrapped(name, {18, true}, room, 1);
    sheet_->Text(kGap, y, title.empty() ? "" : title.front(), {18, true}, kInk);
    std::string size =
        fmt::format("{} × {} px, {} symbol{}", picture_.file.width, picture_.file.height,
                    picture_.symbols.size(), picture_.symbols.size() == 1 ? "" : "s");
    if (left_out_ > 0) size += fmt::format("; {} have no room below", left_out_);
    sheet_->Text(kGap, y + 20, size, {12, false}, kGrey);
    y = kGap + kTitle;
    const Point corner{static_cast<float>(kGap), static_cast<float>(y)};
    sheet_->Paint(static_cast<int>(kGap), static_cast<int>(y),
                  {thumb_.pixels.data(), thumb_.width, thumb_.height, thumb_.width});
    sheet_->Outline({kGap - 0.5, y - 0.5, thumb_.width + 1.0, thumb_.height + 1.0}, kPale, 1);
    for (size_t i = 0; i < picture_.symbols.size(); ++i) DrawPlace(i, corner);
    DrawList(kGap + thumb_.width + kGap, y);
  }

  Colour ColourOf(const SymbolGrade& graded) const {
    return graded.report ? ColourOfLetter(graded.report->letter()) : kGrey;
  }

  /// The outline of a symbol in the thumb, with its number and its first corner.
  void DrawPlace(size_t index, Point corner) {
    const SymbolGrade& graded = picture_.symbols[index];
    std::vector<Point> outline;
    Point at = corner + graded.symbol->quad.corners[0] * static_cast<float>(thumb_.scale);
    for (const Point& p : graded.symbol->quad.corners) {
      outline.push_back(corner + p * static_cast<float>(thumb_.scale));
      if (outline.back().y < at.y) at = outline.back();
    }
    sheet_->Polygon(outline, Rgb(0xffffff), 4);
    sheet_->Polygon(outline, ColourOf(graded), 2.5);
    sheet_->Disc(outline.front(), 4, ColourOf(graded));
    const std::string number = std::to_string(index + 1);
    const Sheet::Font font{12, true};
    const double width = sheet_->WidthOf(number, font) + 8;
    const double x = std::clamp<double>(at.x - width / 2, corner.x, corner.x + thumb_.width);
    const double y = std::max<double>(at.y - 20, corner.y);
    sheet_->Fill({x - 1, y - 1, width + 2, 19}, Rgb(0xffffff));  // seen on dark pictures too
    sheet_->Fill({x, y, width, 17}, kInk);
    sheet_->Text(x + 4, y + 13, number, font, Rgb(0xffffff));
  }

  void DrawList(double x, double y) {
    for (size_t i = 0; i < list_lines_; ++i) {
      const SymbolGrade& graded = picture_.symbols[i];
      sheet_->Fill({x, y + 1, 12, 12}, ColourOf(graded));
      const std::string text =
          fmt::format("{}  {}  {}", i + 1, Name(graded.symbol->symbology), GradeText(graded));
      const auto line = sheet_->Wrapped(text, {12, false}, sheet_->width() - kGap - (x + 20), 1);
      sheet_->Text(x + 20, y + 12, line.front(), {12, false}, kInk);
      y += kListLine;
    }
    if (list_lines_ < picture_.symbols.size()) {
      sheet_->Text(x + 20, y + 12,
                   fmt::format("and {} more", picture_.symbols.size() - list_lines_), {12, false},
                   kGrey);
    }
  }

  void DrawPanel(const Placed& p, Overlay* out) {
    const SymbolGrade& graded = picture_.symbols[p.symbol];
    sheet_->Line(p.corner, p.corner + Point{static_cast<float>(p.width), 0}, kPale, 1);
    const Point number = p.corner + Point{0, 24};
    sheet_->Text(number.x, number.y,
                 fmt::format("{}  {}", p.symbol + 1, Name(graded.symbol->symbology)), {15, true},
                 kInk);
    const Point below = p.corner + Point{0, static_cast<float>(kHeading)};
    if (p.map) {
      p.map->Draw(picture_.pixels, below, sheet_);
      out->panels.push_back({.symbol = p.symbol,
                             .cell_px = p.map->cell_px(),
                             .origin = below + p.map->PlaceOf(0, 0)});
    }
    if (p.scans) p.scans->Draw(picture_.pixels, below, sheet_);
    DrawLegend(graded, stated_, below + Point{static_cast<float>(p.map_width), 0}, sheet_);
  }

  static constexpr double kHeading = 38;
  const GradedPicture& picture_;
  const bool stated_;
  const Thumb thumb_;
  std::vector<Placed> placed_;
  size_t left_out_ = 0;
  size_t list_lines_ = 0;
  double head_height_ = 0;
  Sheet* sheet_ = nullptr;
};

fs::path Canonical(const fs::path& path) {
  std::error_code ignored;
  const fs::path canonical = fs::weakly_canonical(path, ignored);
  return ignored ? path : canonical;
}

}  // namespace

Overlay DrawOverlay(const GradedPicture& picture, bool aperture_stated) {
  return Page(picture, aperture_stated).Draw();
}

std::vector<std::string> OverlayNames(const std::vector<std::string>& files,
                                      const std::string& folder) {
  std::set<fs::path> taken;
  for (const std::string& file : files) taken.insert(Canonical(file));
  std::vector<std::string> names;
  for (const std::string& file : files) {
    const std::string stem = fs::path(file).stem().string();
    fs::path name;
    for (int i = 1;; ++i) {
      const std::string number = i == 1 ? "" : "-" + std::to_string(i);
      name = fs::path(folder) / (stem + ".overlay" + number + ".png");
      if (taken.insert(Canonical(name)).second) break;
    }
    names.push_back(name.string());
  }
  return names;
}

}  // namespace veriline::tools
