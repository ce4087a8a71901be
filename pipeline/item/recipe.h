// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/item/code_grade.h"
#include "pipeline/item/inspection_record.h"
#include "pipeline/item/text_spec.h"
#include "vision/core/result.h"
#include "vision/core/symbol.h"

namespace veriline::item {

/// Which way products move in the picture of a view.
enum class BeltDirection : uint8_t { kLeft, kRight, kUp, kDown };
/// Where a view's pictures come from.
enum class ViewScan : uint8_t {
  kArea,  ///< one exposure each: an item must be whole in one picture
  kLine,  ///< overlapping blocks of a line-scan camera: an item may lie in several
};
/// Who makes the camera of a view expose.
enum class ViewTrigger : uint8_t {
  kHardware,  ///< the camera is wired to the eye and the encoder
  kSoftware,  ///< the line asks for it when the item's centre is on the optical axis
};

/// The band of a view's picture that shows one lane, across the belt axis: rows from ≤ y/height <
/// to where the belt runs left or right, columns where it runs up or down.
struct ViewLane {
  int lane = 0;
  double from_ratio = 0;
  double to_ratio = 1;
};

/// One camera's look at the belt. The item is judged when every view that shows its lane has
/// answered (all-of), but for what ViewGroup says.
struct ViewSpec {
  std::string name;
  std::string camera;      ///< name in the configuration
  double distance_mm = 0;  ///< eye → optical axis, along the belt
  double field_mm = 0;     ///< belt length that the picture shows along its belt axis
  BeltDirection belt = BeltDirection::kLeft;
  ViewScan scan = ViewScan::kArea;
  ViewTrigger trigger = ViewTrigger::kHardware;
  std::vector<ViewLane> lanes;
};

/// Views that are judged together.
struct ViewGroup {
  enum class Kind : uint8_t {
    kAnyOf,  ///< one good answer is enough (round items, alternate lights)
    kSame,   ///< each must show the identity, and it must be the same
  };
  Kind kind = Kind::kAnyOf;
  std::vector<size_t> views;  ///< indices
};

/// What opens an item.
enum class TriggerKind : uint8_t {
  kEye,  ///< a photo-eye of its lane
  kRow,  ///< the virtual trigger of webs and sheets: each row opens an item in every lane
};
enum class RowSource : uint8_t {
  kMark,   ///< rows are counted from each register mark (rising edge on lane 0)
  kCount,  ///< rows are counted from encoder count 0
};
struct RowSpec {
  RowSource source = RowSource::kMark;
  double repeat_mm = 0;  ///< from row to row
  int rows = 1;          ///< of one mark
  double offset_mm = 0;  ///< mark, or count 0 → begin of the first row
  double length_mm = 0;  ///< of an item
};

/// A code that an item must carry.
struct CodeSpec {
  CodeRole role = CodeRole::kIdentity;
  SymbologySet symbologies;
  std::string identifier;  ///< "]d2"; empty = any of the symbologies
  int length = 0;          ///< of the payload in characters; 0 = any
  std::string mask;        ///< of the payload (FitsMask); empty = any
  /// A symbol that needed more codewords corrected (or does not tell) counts as not read; -1: any.
  int most_corrected = -1;
  /// Of a copy that does not carry the identity itself: what it must carry, filled in with the
  /// values of the identity. Empty source: it carries the identity.
  TextTemplate content;
};

enum class ConfirmationKind : uint8_t {
  kNone,     ///< no exit eye: verified codes carry `unconfirmed`
  kGateway,  ///< the PLC or gate confirms over its gateway
};

/// What a line makes. Read-only once loaded; changed only with the line stopped.
struct Recipe {
  static constexpr int kVersion = 1;

  std::string name;
  /// SHA-256, hex: of the file's bytes, and of the files of fonts that it names (FontsOf), each
  /// with its name and text behind it.
  std::string hash;

  double counts_per_mm = 0;
  double top_speed_mm_s = 0;
  int lanes = 1;  ///< lanes are numbered from 0

  TriggerKind trigger = TriggerKind::kEye;
  RowSpec row;  ///< kRow

  // kRow: both lengths are the row's, debounce 0.
  double min_length_mm = 0;  ///< shorter objects are chatter: no item
  double max_length_mm = 0;  ///< longer ones are several items touching: one item, rejected
  double debounce_mm = 0;    ///< gaps and flashes of the eye shorter than this are ignored

  std::vector<ViewSpec> views;
  std::vector<ViewGroup> groups;  ///< a view stands in one at the most
  std::vector<CodeSpec> codes;
  std::vector<TextSpec> texts;
  SequenceSpec sequence;  ///< when enabled, no code is the identity
  GradeRules grading;

  int stop_duplicates = 5;         ///< so many duplicates in a row hold the line; 0: never
  bool stop_store_failed = false;  ///< a store that does not write holds the line, too

  double decision_distance_mm = 0;  ///< eye → last point at which a release is heard
  double decision_lead_ms = 0;      ///< that much earlier the verdict is closed

  ConfirmationKind confirmation = ConfirmationKind::kNone;
  double confirmation_distance_mm = 0;  ///< eye → where a claim without a word is in doubt

  int64_t Counts(double mm) const { return static_cast<int64_t>(mm * counts_per_mm + 0.5); }
  /// Checks every value and the relations between them. Message names the key.
  Checked<void> Validate() const;
};

/// Reads the YAML file. Unknown keys, wrong types, missing keys and impossible values are refused
/// with file, line, column and advice.
Checked<Recipe> LoadRecipe(const std::string& path);
/// What files of fonts say, by the name that the recipe gives them.
using FontTexts = std::map<std::string, std::string>;
/// The files of fonts that the recipe names, as they were when it was read.
FontTexts FontsOf(const Recipe& recipe);
/// The same from memory; `name` stands in the diagnostics. `fonts`: what the files of fonts say;
/// null: they lie beside `name`.
Checked<Recipe> ParseRecipe(std::string_view yaml, const std::string& name,
                            const FontTexts* fonts = nullptr);

}  // namespace veriline::item
