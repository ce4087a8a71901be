// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vision/core/geometry.h"

namespace veriline::text {

/// Of one line.
inline constexpr int kMostCharacters = 64;

enum class TextOutcome : uint8_t {
  kMatch,       ///< each character beats all others of the font
  kMismatch,    ///< at one place or more another character, or a blank, is clearly better
  kMissing,     ///< there is no print
  kUnreadable,  ///< there is print, and neither is clear
};

/// What a place of a line shows.
struct CharacterCheck {
  char expected = 0;  ///< 0 where a line is read and nothing is expected
  char best = 0;      ///< the best character of the alphabet
  char rival = 0;     ///< the best one besides `expected` (when reading: besides `best`)
  TextOutcome outcome = TextOutcome::kUnreadable;
  /// How far `expected` (when reading: `best`) is ahead of `rival`, against how far it is ahead in
  /// a perfect print: 1 = the picture is the one, -1 = it is the other, 0 = as near to either.
  float margin_ratio = 0;
  float fit_ratio = 0;  ///< correlation with `best`
  Quad place;           ///< its cell in the picture, from baseline to cap height
};

/// What was found where a line of text is to be.
struct LineCheck {
  TextOutcome outcome = TextOutcome::kUnreadable;
  std::vector<CharacterCheck> characters;
  std::string read;         ///< what stands there, as far as it is clear; '?' for a doubtful one
  bool ink_before = false;  ///< print follows without a gap before the first character
  bool ink_behind = false;  ///< or behind the last one; either makes a match a mismatch
  bool light_ink = false;
  Quad place;             ///< of the line, as far as it was found; else where it was looked for
  float scale_ratio = 1;  ///< found size against that of the place

  /// As new, but with its memory.
  void Clear() {
    outcome = TextOutcome::kUnreadable;
    characters.clear();
    read.clear();
    ink_before = ink_behind = light_ink = false;
    place = {};
    scale_ratio = 1;
  }
};

}  // namespace veriline::text
