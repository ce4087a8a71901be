// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vision/core/result.h"
#include "vision/gs1/field_check.h"

namespace veriline::gs1 {

// GS1 element strings: what a GS1 symbol carries, a row of application identifiers (AIs), each with
// its value. Source: GS1 General Specifications, sections 3, 4.14 and 7.8.
// All functions are pure and safe from any thread; none throws on any input.

/// The byte that stands for a separating FNC1 (group separator).
inline constexpr char kSeparator = '\x1D';
/// Longer element strings are refused: more than the largest symbol can carry.
inline constexpr size_t kMaxElementStringBytes = 8191;

/// The digits of an application identifier, held inline. Empty where there is none.
class Ai {
 public:
  Ai() = default;
  /// Takes the first four characters at most.
  explicit Ai(std::string_view digits);
  std::string_view view() const { return {digits_.data(), size_}; }
  friend bool operator==(const Ai& a, const Ai& b) { return a.view() == b.view(); }
  friend bool operator==(const Ai& a, std::string_view b) { return a.view() == b; }

 private:
  std::array<char, 4> digits_{};
  uint8_t size_ = 0;
};

/// Why something is not a valid element string; made without allocation.
struct SyntaxError {
  ErrorKind kind = ErrorKind::kEmpty;
  Ai ai;                  ///< whose field is at fault; empty where no AI could be made out
  uint32_t offset = 0;    ///< byte at fault, from the start of what was parsed
  const char* text = "";  ///< static: continues "AI 21 ..."
};

/// "unknown_ai", "missing_separator", ...
std::string_view Name(ErrorKind kind);
/// One sentence: what is wrong, with which AI, at which byte.
std::string Describe(const SyntaxError& error);

/// One AI with its value.
struct Element {
  Ai ai;
  std::string_view value;  ///< borrowed from the parsed bytes
  uint32_t offset = 0;     ///< of the AI in the parsed bytes
};

/// What an element string says. Borrows from the bytes it was parsed from.
struct ElementString {
  std::vector<Element> elements;      ///< in their order; a repetition (AI and value) stands once
  std::vector<SyntaxError> warnings;  ///< superfluous separators and repetitions

  /// The element of that AI; nothing when there is none.
  const Element* Find(std::string_view ai) const;
};

/// Whether AIs that must (or must not) stand together are checked. The General Specifications judge
/// them over all symbols of an item (4.14); kIgnore is for a symbol that leans on another.
enum class Associations : uint8_t { kCheck, kIgnore };

/// Parses the bytes of an element string: no FNC1 in front, kSeparator between fields where needed.
/// Errors: see ErrorKind. Tolerated with a warning: one separator behind a field of predefined
/// length or at the very end, and an AI repeated with the same value.
/// Cost: linear, one to two microseconds for a usual code; allocates the vector of elements.
Result<ElementString, SyntaxError> ParseElementString(
    std::string_view bytes, Associations associations = Associations::kCheck);
/// The same into `out`, which keeps its memory: a string without faults and warnings allocates
/// nothing once it has grown. Of one with a fault `out` holds what stands before it.
Result<void, SyntaxError> ParseElementString(std::string_view bytes, Associations associations,
                                             ElementString* out);

/// The first violated association between the elements, which may come from several symbols of one
/// item; nothing when all hold. Source: General Specifications 4.14.1 and 4.14.2. AI 37 is asked
/// for what it counts (02, 8026), not for the SSCC, which labels carry in a symbol of its own.
std::optional<SyntaxError> CheckAssociations(std::span<const Element> elements);

/// The canonical bytes of the elements: a separator behind every field whose length is not
/// predefined except the last, none elsewhere. Requires: elements of a successful parse.
std::string ToElementString(std::span<const Element> elements);

/// Human readable interpretation: "(01)09501101530003(21)A1". Source: General Specifications 4.15.
std::string Hri(std::span<const Element> elements);

/// The element-string bytes of bracketed text, checked as ParseElementString does; offsets of
/// errors are those in `text`. An opening bracket starts an AI when a known AI and a closing
/// bracket follow and otherwise belongs to the value; "\(" always belongs to the value.
Result<std::string, SyntaxError> FromBracketed(std::string_view text,
                                               Associations associations = Associations::kCheck);

}  // namespace veriline::gs1
