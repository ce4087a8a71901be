// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/frame_reader.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "vision/decode/arbiter.h"
#include "vision/decode/ladder.h"
#include "vision/decode/patch.h"
#include "vision/decode/region_reader.h"
#include "vision/locate/locator.h"

namespace veriline::decode {
namespace {

using locate::Finder;
using locate::Region;

/// How many regions whose fixed pattern was found and that were not read are tried once more, in a
/// picture of a megapixel and in proportion in larger ones.
constexpr float kRetriesPerMegapixel = 4;
constexpr int kMarginPx = 10;

}  // namespace

struct FrameReader::Impl {
  explicit Impl(const Clock& the_clock) : Impl(the_clock, in_process) {}
  Impl(const Clock& the_clock, CropDecoder& the_decoder)
      : clock(the_clock), decoder(the_decoder), region_reader(decoder), ladder(clock, decoder) {}

  const Clock& clock;
  InProcessDecoder in_process;  ///< unused when another is given
  CropDecoder& decoder;
  locate::Locator locator;
  RegionReader region_reader;
  Ladder ladder;
  GreyImage scratch;
  std::vector<const Region*> unread;
  std::vector<const Region*> for_ladder;
  std::vector<Symbol> set_aside;  ///< what was read of these
  std::vector<Region> others;
  ReadOutcome outcome;

  bool OutOfTime(const ReadOptions& options) {
    if (options.deadline_ns == 0 || clock.NowNs() < options.deadline_ns) return false;
    outcome.stats.partial = true;
    return true;
  }
  bool Enough(const ReadOptions& options) const {
    return options.max_symbols > 0 &&
           static_cast<int>(outcome.symbols.size()) >= options.max_symbols;
  }
  bool Take(const FrameView& picture, std::optional<Symbol> symbol, const ReadOptions& options) {
    if (!symbol || !options.symbologies.Has(symbol->symbology)) return false;
    auto placed = Placed(picture, std::move(*symbol), options.symbologies, decoder, scratch);
    if (!placed) return false;
    Add(std::move(*placed), &outcome.symbols);
    return true;
  }
  void ReadFound(const FrameView& picture, std::span<const Region> regions,
                 const ReadOptions& options);
  void TakeSetAside(const FrameView& picture, const ReadOptions& options);
  void ReadOthers(const FrameView& picture, std::span<const Region> regions,
                  const ReadOptions& options);
};

/// Regions with a fixed pattern: each by its quick way, then those that were not read once more.
void FrameReader::Impl::ReadFound(const FrameView& picture, std::span<const Region> regions,
                                  const ReadOptions& options) {
  unread.clear();
  for_ladder.clear();
  set_aside.clear();
  const locate::Probe& probe = locator.probe();
  for (const Region& region : regions) {
    if (region.finding.finder == Finder::kNone) break;  // these come last
    if (Enough(options) || OutOfTime(options)) return;
    auto symbol = region_reader.Read(probe, region.finding, options.symbologies);
    // Where there is time, the ladder looks wider: it sees more add-ons.
    if (symbol && options.whole_picture && MayHaveAddon(symbol->symbology)) {
      for_ladder.push_back(&region);
      set_aside.push_back(std::move(*symbol));
    } else if (!Take(picture, std::move(symbol), options)) {
      unread.push_back(&region);
    }
  }
  const float megapixels =
      static_cast<float>(picture.width) * static_cast<float>(picture.height) / 1e6f;
  auto retries = static_cast<size_t>(kRetriesPerMegapixel * std::max(1.0f, megapixels));
  std::erase_if(unread, [&](const Region* region) {
    if (retries == 0 || Enough(options) || OutOfTime(options)) return false;
    --retries;
    return Take(picture, region_reader.ReadHarder(probe, region->finding, options.symbologies),
                options);
  });
  unread.insert(unread.end(), for_ladder.begin(), for_ladder.end());
}

/// What the ladder did not see after all, or had no time to look for.
void FrameReader::Impl::TakeSetAside(const FrameView& picture, const ReadOptions& options) {
  for (Symbol& symbol : set_aside) {
    const bool read = std::ranges::any_of(outcome.symbols, [&symbol](const Symbol& known) {
      return known.quad.Contains(symbol.quad.Center()) || symbol.quad.Contains(known.quad.Center());
    });
    if (!read && !Enough(options)) Take(picture, std::move(symbol), options);
  }
  set_aside.clear();
}

/// The others, by trial.
void FrameReader::Impl::ReadOthers(const FrameView& picture, std::span<const Region> regions,
                                   const ReadOptions& options) {
  others.clear();
  // What was found first: it lies closer around the codes than candidates do.
  for (const Region* region : unread) {
    others.push_back(*region);
    // As much around it as a candidate has.
    Rect& box = others.back().box;
    const int margin = kMarginPx + std::min(box.width, box.height) / 10;
    box = Intersect(Grown(box, margin), picture.Bounds());
  }
  for (const Region& region : regions) {
    if (region.finding.finder == Finder::kNone) others.push_back(region);
  }
  ladder.Begin(picture, options, &outcome);
  ladder.ReadRegions(others);
  TakeSetAside(picture, options);
  if (outcome.symbols.empty()) ladder.ReadJoined();
  if (options.whole_picture && outcome.symbols.empty() && !OutOfTime(options)) ladder.ReadWhole();
}

FrameReader::FrameReader(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}
FrameReader::FrameReader(const Clock& clock, CropDecoder& decoder)
    : impl_(std::make_unique<Impl>(clock, decoder)) {}
FrameReader::~FrameReader() = default;

ReadOutcome FrameReader::Read(const FrameView& picture, const ReadOptions& options) {
  Impl& impl = *impl_;
  impl.outcome = {};
  if (picture.Empty()) return {};
  impl.decoder.SetDeadline(options.deadline_ns);
  try {
    const int64_t start_ns = impl.clock.NowNs();
    locate::LocateOptions locate = FinderTestsFor(options.symbologies);
    locate.thorough = locate.thorough || options.whole_picture;
    const auto regions = impl.locator.Locate(picture, locate);
    const int64_t located_ns = impl.clock.NowNs();
    impl.ReadFound(picture, regions, options);
    // Nothing read is a rejected item: that is worth the time of the ladder.
    const bool nothing = impl.outcome.symbols.empty();
    if ((locate.thorough || nothing) && !impl.Enough(options) && !impl.OutOfTime(options)) {
      impl.ReadOthers(picture, regions, options);
    }
    impl.TakeSetAside(picture, options);
    ReadStats& stats = impl.outcome.stats;
    stats.regions = static_cast<int>(regions.size());
    stats.locate_ns = located_ns - start_ns;
    stats.decode_ns = impl.clock.NowNs() - located_ns;
  } catch (const std::exception&) {
    // What was read before stands; the rest of this picture is lost.
    impl.outcome.stats.partial = true;
  }
  return std::move(impl.outcome);
}

}  // namespace veriline::decode
