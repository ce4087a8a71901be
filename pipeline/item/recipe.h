// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/item/inspection_record.h"
#include "vision/core/result.h"
#include "vision/core/symbol.h"

namespace veriline::item {

/// Which way products move in the picture of a view.
enum class BeltDirection : uint8_t { kLeft, kRight };
/// Who makes the camera of a view expose.
enum class ViewTrigger : uint8_t {
  kHardware,  ///< the camera is wired to the eye and the encoder
  kSoftware,  ///< the line asks for it when the item's centre is on the optical axis
};

/// Rows of a view's picture that show one lane: from ≤ y/height < to.
struct ViewLane {
  int lane = 0;
  double from_ratio = 0;
  double to_ratio = 1;
};

/// One camera's look at the belt. The item is judged when every view that shows its lane has
/// answered (all-of).
struct ViewSpec {
  std::string name;
  std::string camera;      ///< name in the configuration
  double distance_mm = 0;  ///< eye → optical axis, along the belt
  double field_mm = 0;     ///< belt length that the picture's width shows
  BeltDirection belt = BeltDirection::kLeft;
  ViewTrigger trigger = ViewTrigger::kHardware;
  std::vector<ViewLane> lanes;
};

/// A code that an item must carry.
struct CodeSpec {
  CodeRole role = CodeRole::kIdentity;
  SymbologySet symbologies;
  std::string identifier;  ///< "]d2"; empty = any of the symbologies
};

enum class ConfirmationKind : uint8_t {
  kNone,     ///< no exit eye: verified codes carry `unconfirmed`
  kGateway,  ///< the PLC or gate confirms over its gateway
};

/// What a line makes. Read-only once loaded; changed only with the line stopped.
struct Recipe {
  static constexpr int kVersion = 1;

  std::string name;
  std::string hash;  ///< SHA-256 of the file's bytes, hex

  double counts_per_mm = 0;
  double top_speed_mm_s = 0;
  int lanes = 1;  ///< lanes are numbered from 0

  double min_length_mm = 0;  ///< shorter objects are chatter: no item
  double max_length_mm = 0;  ///< longer ones are several items touching: one item, rejected
  double debounce_mm = 0;    ///< gaps and flashes of the eye shorter than this are ignored

  std::vector<ViewSpec> views;
  std::vector<CodeSpec> codes;

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
/// The same from memory; `name` stands in the diagnostics.
Checked<Recipe> ParseRecipe(std::string_view yaml, const std::string& name);

}  // namespace veriline::item
