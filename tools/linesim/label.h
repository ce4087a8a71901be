// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vision/core/geometry.h"

namespace veriline::linesim {

/// Range of X dimensions on the belt.
inline constexpr double kModuleMinPx = 4.0;
inline constexpr double kModuleMaxPx = 6.0;

/// How well the symbol of a label is printed.
enum class Print : uint8_t {
  kGood,     ///< everything within the limits of label.cc: must be read
  kDamaged,  ///< finder gone and at least half of the modules destroyed: cannot be read
  kFaint,    ///< contrast of one grey level: cannot be read
  kNone,     ///< the label carries text only
  // Read, but graded below 1.5:
  kLowContrast,  ///< ink is a quarter of the grey range darker than paper
  kInkSpread,    ///< dark modules are a quarter wider to the left and to the right
  kFading,       ///< ink fades from the left to the right
  kFlecks,       ///< a module of many codewords has the other colour
};

/// The modules of a square ECC 200 symbol, row by row from its top; 1 is dark. The solid finder
/// borders are the left column and the bottom row.
struct ModuleMatrix {
  int modules = 0;  ///< per side
  std::vector<uint8_t> dark;
};

/// One label as it lies on an item.
struct Label {
  std::string text;     ///< element string in the symbol; empty for Print::kNone
  ModuleMatrix matrix;  ///< as encoded, before any damage
  Print print = Print::kGood;
  float module_px = 0;     ///< X dimension
  float angle_rad = 0;     ///< of the symbol's top edge, clockwise in the picture
  Quad quad;               ///< outline of the symbol in the item's own picture
  uint8_t light_grey = 0;  ///< paper, before fall-off of the light
  uint8_t dark_grey = 0;   ///< ink
  bool framed = false;     ///< a line is printed around it, beyond the quiet zone
  uint8_t text_side = 0;   ///< human-readable lines: 0 none, 1 right of the symbol, 2 below it
  std::vector<std::string> lines;
  uint64_t damage_seed = 0;
};

/// "(01)...(21)..." with `open` and `close` for the brackets, of a string as codes.h makes it.
std::string Bracketed(std::string_view element_string, char open, char close);
/// The bracketed form, one element per line.
std::vector<std::string> HumanReadable(std::string_view element_string);

/// Encodes as GS1 Data Matrix (FNC1 in first place, GS as FNC1), square, smallest size. The text
/// must have the form that codes.h makes; its element data are not checked, so that malformed ones
/// can be drawn. Cost: about 0.1 ms.
ModuleMatrix EncodeGs1DataMatrix(const std::string& element_string);

/// Cells along a module as PrintedCells has them.
constexpr int CellsPerModule(Print print) { return print == Print::kInkSpread ? 4 : 2; }

/// Grey of the cells of a symbol as printed: 0 is paper, 255 ink.
/// Shape: CellsPerModule·modules squared. For Print::kDamaged, `destroyed` (if given) tells per
/// module whether damage lies on it.
std::vector<uint8_t> PrintedCells(const Label& label, std::vector<uint8_t>* destroyed = nullptr);

class World;
struct ItemTruth;
/// Lays the labels of an item out: pure function of the world and the item. Called by World.
std::vector<Label> LayOutLabels(const World& world, uint64_t item,
                                const std::vector<std::string>& texts);

}  // namespace veriline::linesim
