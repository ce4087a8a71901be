// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/text_policy.h"

#include <algorithm>

namespace veriline::item {
namespace {

/// The sighting that tells most of a line.
const TextResult* Telling(std::span<const TextResult> texts, const auto& is_of_line) {
  const auto rank = [](const TextResult& text) {
    switch (text.state) {
      case TextState::kMismatch:
        return 4;
      case TextState::kMatch:
        return 3;
      case TextState::kUnreadable:
        return 2;
      case TextState::kMissing:
        return 1;
      case TextState::kNoValue:
        break;
    }
    return 0;
  };
  const TextResult* telling = nullptr;
  for (const TextResult& text : texts) {
    if (!is_of_line(text)) continue;
    if (telling == nullptr || rank(text) > rank(*telling)) telling = &text;
  }
  return telling;
}

std::string Described(const TextResult& text) {
  switch (text.state) {
    case TextState::kMatch:
      break;
    case TextState::kMismatch:
      return text.name + ": the label says " + text.read + ", the code " + text.expected;
    case TextState::kMissing:
      return text.name + ": nothing is printed where " + text.expected + " belongs";
    case TextState::kUnreadable:
      return text.name + ": it is not clear whether " + text.expected + " is printed" +
             (text.read.empty() ? "" : ", read was " + text.read);
    case TextState::kNoValue:
      return text.name + ": the code does not say AI " + text.expected + ", which is printed there";
  }
  return "";
}

/// What a number that is so many steps away tells of its roll of labels.
std::string GapOf(std::optional<int64_t> steps) {
  if (!steps) return ", and this one does not belong to the lane";
  if (*steps > 0) return ": a gap of " + std::to_string(*steps) + " numbers";
  return ": " + std::to_string(-*steps) + " back, as in a repeat";
}

}  // namespace

void CheckTexts(const Recipe& recipe, std::span<const TextResult> texts, bool identified,
                Verdicts& verdicts) {
  for (const TextSpec& spec : recipe.texts) {
    const TextResult* told =
        Telling(texts, [&](const TextResult& t) { return !t.number && t.name == spec.name; });
    if (told == nullptr) {
      if (!identified) continue;
      verdicts.Add(RejectReason::kTextMismatch, spec.name + ": no picture shows its place");
    } else if (told->state != TextState::kMatch) {
      verdicts.Add(RejectReason::kTextMismatch, Described(*told));
    }
  }
}

std::optional<std::string> NumberIn(std::span<const TextResult> texts) {
  const TextResult* number = nullptr;
  for (const TextResult& text : texts) {
    if (!text.number || text.state != TextState::kMatch) continue;
    if (number != nullptr && number->read != text.read) return std::nullopt;
    number = &text;
  }
  if (number == nullptr) return std::nullopt;
  return number->read;
}

std::optional<std::string> CheckNumber(const Recipe& recipe, std::span<const TextResult> texts,
                                       const SequenceTrack* track, Verdicts& verdicts) {
  const auto number = NumberIn(texts);
  if (!number) {
    const TextResult* told = Telling(texts, [](const TextResult& t) { return t.number; });
    if (told == nullptr) {
      verdicts.Add(RejectReason::kNoRead, "no picture shows the place of the number");
    } else if (told->state == TextState::kMatch) {
      verdicts.Add(RejectReason::kInconsistent, "two different numbers, one of them " + told->read);
    } else if (told->state == TextState::kMissing) {
      verdicts.Add(RejectReason::kNoRead, "no number is printed there");
    } else {
      verdicts.Add(RejectReason::kNoRead,
                   "the number is not clear" +
                       (told->read.empty() ? std::string() : ", read was " + told->read));
    }
    return std::nullopt;
  }
  const auto value = recipe.sequence.ValueOf(*number);
  if (!value) {
    verdicts.Add(RejectReason::kMalformed, *number + " is none of the numbers of the recipe");
    return std::nullopt;
  }
  if (track != nullptr && !track->Fits(*value)) {
    std::string expected;
    const int64_t next = std::clamp<int64_t>(*track->next(), 0, recipe.sequence.count() - 1);
    recipe.sequence.Write(next, &expected);
    verdicts.Add(RejectReason::kOutOfSequence,
                 "the number is " + *number + ", expected was " + expected + " or one within " +
                     std::to_string(recipe.sequence.window) + " steps of it" +
                     GapOf(track->StepsFromNext(*value)));
    return std::nullopt;
  }
  return number;
}

}  // namespace veriline::item
