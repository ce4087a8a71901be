// SPDX-License-Identifier: Apache-2.0
#include "vision/text/train/outline_font.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include <array>
#include <memory>
#include <vector>

#include "vision/text/glyph_drawing.h"

namespace veriline::text {
namespace {

struct LibraryEnd {
  void operator()(FT_Library library) const { FT_Done_FreeType(library); }
};
struct FaceEnd {
  void operator()(FT_Face face) const { FT_Done_Face(face); }
};
using Library = std::unique_ptr<FT_LibraryRec_, LibraryEnd>;
using Face = std::unique_ptr<FT_FaceRec_, FaceEnd>;

Diagnostic Wrong(const std::string& file, std::string what, std::string advice = {}) {
  return {.message = std::move(what), .file = file, .advice = std::move(advice)};
}

/// Loads a character in the font's own units; false where the file has none.
bool LoadGlyph(FT_Face face, char character) {
  const FT_UInt index = FT_Get_Char_Index(face, static_cast<FT_ULong>(character));
  return index != 0 && FT_Load_Glyph(face, index, FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING) == 0 &&
         face->glyph->format == FT_GLYPH_FORMAT_OUTLINE;
}

/// Height of H (or 0) above the baseline, in the font's units; 0 where it has neither.
FT_Pos CapHeight(FT_Face face) {
  for (const char character : {'H', '0'}) {
    if (!LoadGlyph(face, character)) continue;
    FT_BBox box;
    FT_Outline_Get_CBox(&face->glyph->outline, &box);
    if (box.yMax > 0) return box.yMax;
  }
  return 0;
}

/// Draws the loaded glyph with the middle of its advance in the middle. `scale` is in dots per
/// unit.
bool Draw(FT_Library library, FT_GlyphSlot glyph, double scale, GlyphDrawing* drawing) {
  constexpr double kFixed = 65536, kSubDots = 64;
  const auto factor = static_cast<FT_Fixed>(scale * kSubDots * kFixed);
  const FT_Matrix matrix{factor, 0, 0, factor};
  FT_Outline_Transform(&glyph->outline, &matrix);
  const double middle = static_cast<double>(glyph->advance.x) * scale / 2;
  constexpr int kBelow = (kGlyphHeight - kBaselineCells) * GlyphDrawing::kDotsPerCell;
  FT_Outline_Translate(&glyph->outline,
                       static_cast<FT_Pos>((GlyphDrawing::kWidth / 2.0 - middle) * kSubDots),
                       static_cast<FT_Pos>(kBelow * kSubDots));
  std::vector<uint8_t> grey(static_cast<size_t>(GlyphDrawing::kWidth) * GlyphDrawing::kHeight);
  FT_Bitmap bitmap{};
  bitmap.rows = GlyphDrawing::kHeight;
  bitmap.width = GlyphDrawing::kWidth;
  bitmap.pitch = GlyphDrawing::kWidth;
  bitmap.buffer = grey.data();
  bitmap.num_grays = 256;
  bitmap.pixel_mode = FT_PIXEL_MODE_GRAY;
  if (FT_Outline_Get_Bitmap(library, &glyph->outline, &bitmap) != 0) return false;
  for (int y = 0; y < GlyphDrawing::kHeight; ++y) {
    for (int x = 0; x < GlyphDrawing::kWidth; ++x) {
      drawing->Set(x, y, grey[static_cast<size_t>(y * GlyphDrawing::kWidth + x)] >= 128);
    }
  }
  return true;
}

}  // namespace

Checked<Font> FontFromOutlines(const std::string& file, std::string name, std::string licence,
                               std::string_view characters) {
  FT_Library raw_library = nullptr;
  if (FT_Init_FreeType(&raw_library) != 0) {
    return Fail(Wrong(file, "FreeType cannot be started"));
  }
  const Library library(raw_library);
  FT_Face raw_face = nullptr;
  if (FT_New_Face(library.get(), file.c_str(), 0, &raw_face) != 0) {
    return Fail(
        Wrong(file, "this is no font file that can be read", "check path, rights and type"));
  }
  const Face face(raw_face);
  if (!FT_IS_SCALABLE(face.get())) {
    return Fail(Wrong(file, "the font has pixels but no outlines",
                      "take a TrueType or OpenType file, or train from crops"));
  }
  const FT_Pos cap = CapHeight(face.get());
  if (cap <= 0) {
    return Fail(Wrong(file, "the font has neither H nor 0, so its cap height is not known"));
  }
  const double scale =
      static_cast<double>(kCapCells * GlyphDrawing::kDotsPerCell) / static_cast<double>(cap);
  std::vector<GlyphShape> shapes;
  for (const char character : characters) {
    if (!LoadGlyph(face.get(), character)) continue;
    const double advance = static_cast<double>(face->glyph->advance.x) * scale;
    GlyphDrawing drawing;
    if (!Draw(library.get(), face->glyph, scale, &drawing)) continue;
    shapes.push_back(
        drawing.ShapeOf(character, static_cast<float>(advance / GlyphDrawing::kDotsPerCell)));
  }
  if (shapes.empty()) return Fail(Wrong(file, "the font has none of the characters asked for"));
  return Font::Create(std::move(name), std::move(licence), std::move(shapes));
}

}  // namespace veriline::text
