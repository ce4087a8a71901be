// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/recipe.h"
#include "pipeline/line/events.h"
#include "vision/core/frame.h"
#include "vision/gs1/element_string.h"
#include "vision/text/reader.h"
#include "vision/text/verifier.h"

namespace veriline::line {

/// Looks at the printed text of a frame whose codes were read: each line of the recipe beside each
/// code that it belongs to, or in the regions of the view, held against what the identity in the
/// same picture says; and the numbers in sequence of the view's lanes.
///
/// A line whose place does not lie wholly in the picture is passed over: another picture shows it,
/// or the policy misses it. The identity of a line is the nearest one in the picture.
///
/// A number: the expected one is verified first. Where it is not there the number is read, and a
/// clear reading counts whatever was expected. Where that is not clear, the numbers of the window
/// that agree with its clear characters are verified, and the only one that matches counts.
///
/// What an identity does not say itself is asked of the open batches, which are in memory; where no
/// open batch has it, the line of text is left with kNoValue (its item is rejected in any case: as
/// unknown, of a wrong batch or voided).
/// Thread: one (it owns scratch memory); a worker has its own. No disk. No allocation once it has
/// grown, but for an element string that has a fault and a text of more than 128 bytes.
class TextInspector {
 public:
  /// Both are borrowed. `issued`: its open batches are asked for what was issued with an identity
  /// that does not say itself what is printed; null: nothing is known but what the codes say.
  TextInspector(const item::Recipe& recipe, const batch::Registry* issued);

  bool idle() const { return recipe_.texts.empty() && !recipe_.sequence.enabled(); }

  /// Whether to stop; asked before each line.
  using IsLate = std::function<bool()>;
  /// Looks at a picture of `view` that shows `symbols`; appends to `out`. `next`: of each lane the
  /// expected number (SequenceBoard), or nothing. False when `late` ended it early.
  bool Inspect(const FrameView& picture, size_t view, std::span<const Symbol> symbols,
               std::span<const int64_t> next, const IsLate& late, std::vector<FrameText>* out);

 private:
  struct Picture {
    const FrameView& pixels;
    size_t view;
    std::span<const Symbol> symbols;
    double px_per_mm;
  };
  /// A line of the recipe to be verified at a place.
  struct Target {
    uint16_t line = 0;
    int32_t symbol = -1;
    int lane = -1;
    text::TextPlace place;
  };
  double PxPerMm(const FrameView& picture, size_t view) const;
  text::TextPlace PlaceOf(const item::TextPrint& print, const item::TextRegion& region,
                          const Picture& picture) const;
  bool PlaceBesideSymbol(const item::TextSpec& spec, const Symbol& symbol, const Picture& picture,
                         text::TextPlace* place) const;
  const Symbol* IdentityNear(Point point, const Picture& picture) const;
  bool Expect(const item::TextSpec& spec, const Symbol& identity, FrameText* out);
  void Verify(const item::TextSpec& spec, const Target& target, const Picture& picture,
              std::vector<FrameText>* out);
  void ReadNumber(const item::SequenceSpec::Lane& lane, int64_t next, const Picture& picture,
                  std::vector<FrameText>* out);
  bool TryNumber(int64_t value, const text::TextPlace& place, const Picture& picture,
                 FrameText* out);

  const item::Recipe& recipe_;
  const batch::Registry* const issued_;
  std::string number_alphabet_;
  text::TextVerifier verifier_;
  text::TextReader reader_;
  // Scratch:
  gs1::ElementString parsed_;
  batch::IssuedValues values_;
  std::string key_, said_;
  std::string expected_;
};

}  // namespace veriline::line
