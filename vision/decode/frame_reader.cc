// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/frame_reader.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "vision/decode/arbiter.h"
#include "vision/decode/ladder.h"
#include "vision/decode/patch.h"
#include "vision/decode/photo_qr.h"
#include "vision/decode/region_reader.h"
#include "vision/locate/locator.h"
#include "vision/symbology/linear/linear_decode.h"

namespace veriline::decode {
namespace {

using locate::Finder;
using locate::Region;

/// How many regions whose fixed pattern was found and that were not read are tried once more, in a
/// picture of a megapixel and in proportion in larger ones.
constexpr float kRetriesPerMegapixel = 4;
constexpr int kMarginPx = 10;
/// Fewer regions are read sooner than another thread has begun; second tries take long enough.
constexpr size_t kLeastToShare = 4;
constexpr size_t kLeastRetriesToShare = 2;

/// What reads regions, for each thread.
struct Hand {
  explicit Hand(CropDecoder& the_decoder) : decoder(the_decoder), reader(the_decoder) {}
  CropDecoder& decoder;
  RegionReader reader;
  CompositeReader composite;
  GreyImage scratch;
};

/// What a region gave.
struct Attempt {
  std::optional<Symbol> symbol;
  bool set_aside = false;  ///< not yet placed: the ladder is to look first
};

}  // namespace

struct FrameReader::Impl {
  Impl(const Clock& the_clock, CropDecoder* the_decoder, Share the_share)
      : clock(the_clock),
        share(std::move(the_share)),
        hand(the_decoder != nullptr ? *the_decoder : in_process),
        ladder(clock, hand.decoder),
        photo_qr(hand.decoder) {}

  const Clock& clock;
  const Share share;
  InProcessDecoder in_process;  ///< unused when another is given
  Hand hand;
  locate::Locator locator;
  Ladder ladder;
  PhotoQr photo_qr;
  std::vector<const Region*> found;
  std::vector<const Region*> unread;
  std::vector<const Region*> for_ladder;
  std::vector<Symbol> set_aside;  ///< what was read of these
  std::vector<Region> others;

  // Of the frame that is read; while it is shared, others look at it too.
  FrameView picture;
  ReadOptions options;
  ReadOutcome* outcome = nullptr;
  std::atomic<bool> partial{false};
  std::atomic<bool> rungs_skipped{false};
  std::span<const Region* const> tried;
  bool harder = false;
  std::vector<Attempt> attempts;  ///< of those that are tried
  std::atomic<size_t> next{0};    ///< the first of them that nobody has taken

  bool OutOfTime() {
    if (options.deadline_ns == 0 || clock.NowNs() < options.deadline_ns) return false;
    partial.store(true, std::memory_order_relaxed);
    return true;
  }
  bool Enough() const {
    return options.max_symbols > 0 &&
           static_cast<int>(outcome->symbols.size()) >= options.max_symbols;
  }
  std::optional<Symbol> PlacedBy(Hand& by, Symbol&& symbol) const {
    return Placed(picture, std::move(symbol), options.symbologies,
                  {by.decoder, by.composite, by.scratch});
  }
  void Read();
  void ReadFound(std::span<const Region> regions);
  void Try(std::span<const Region* const> regions, bool with_effort);
  void TryTogether(std::span<const Region* const> regions);
  void TakePart(Hand& by);
  Attempt ReadOne(const Region& region, Hand& by) const;
  void TakeSetAside();
  void ReadOthers(std::span<const Region> regions);
};

Attempt FrameReader::Impl::ReadOne(const Region& region, Hand& by) const {
  const locate::Probe& probe = locator.probe();
  auto symbol = harder ? by.reader.ReadHarder(probe, region.finding, options.symbologies)
                       : by.reader.Read(probe, region.finding, options.symbologies);
  if (!symbol) return {};
  // Where there is time, the ladder looks wider: it sees more add-ons.
  if (!harder && options.whole_picture && symbology::linear::MayHaveAddon(symbol->symbology)) {
    return {std::move(symbol), true};
  }
  return {PlacedBy(by, std::move(*symbol)), false};
}

/// Thread: any, with another hand each.
void FrameReader::Impl::TakePart(Hand& by) {
  for (;;) {
    const size_t i = next.fetch_add(1, std::memory_order_relaxed);
    if (i >= tried.size() || OutOfTime()) return;
    try {
      attempts[i] = ReadOne(*tried[i], by);
    } catch (const std::exception&) {
      partial.store(true, std::memory_order_relaxed);
    }
  }
}

/// Fills `attempts`.
void FrameReader::Impl::TryTogether(std::span<const Region* const> regions) {
  tried = regions;
  if (attempts.size() < tried.size()) attempts.resize(tried.size());
  for (size_t i = 0; i < tried.size(); ++i) attempts[i] = {};
  next.store(0, std::memory_order_relaxed);
  if (!share || tried.size() < (harder ? kLeastRetriesToShare : kLeastToShare)) {
    TakePart(hand);
    return;
  }
  share([this](FrameReader& reader) {
    Hand& by = reader.impl_->hand;
    if (&by == &hand) return TakePart(by);
    by.decoder.SetDeadline(options.deadline_ns);
    const uint64_t skipped = by.decoder.counters().skipped;
    TakePart(by);
    if (by.decoder.counters().skipped != skipped) {
      rungs_skipped.store(true, std::memory_order_relaxed);
    }
  });
}

/// Takes what regions give in their order; those that give nothing are appended to `unread`.
void FrameReader::Impl::Try(std::span<const Region* const> regions, bool with_effort) {
  harder = with_effort;
  const size_t step = options.max_symbols > 0 ? 1 : regions.size();
  for (size_t begin = 0; begin < regions.size() && !Enough(); begin += step) {
    TryTogether(regions.subspan(begin, step));
    for (size_t i = 0; i < step; ++i) {
      Attempt& attempt = attempts[i];
      if (!attempt.symbol) {
        unread.push_back(tried[i]);
      } else if (attempt.set_aside) {
        for_ladder.push_back(tried[i]);
        set_aside.push_back(std::move(*attempt.symbol));
      } else {
        Add(std::move(*attempt.symbol), &outcome->symbols);
      }
    }
  }
}

/// Regions with a fixed pattern: each by its quick way, then those that were not read once more.
void FrameReader::Impl::ReadFound(std::span<const Region> regions) {
  found.clear();
  unread.clear();
  for_ladder.clear();
  set_aside.clear();
  for (const Region& region : regions) {
    if (region.finding.finder == Finder::kNone) break;  // these come last
    found.push_back(&region);
  }
  Try(found, false);
  const float megapixels =
      static_cast<float>(picture.width) * static_cast<float>(picture.height) / 1e6f;
  found.swap(unread);
  unread.clear();
  const size_t retries = std::min(
      found.size(), static_cast<size_t>(kRetriesPerMegapixel * std::max(1.0f, megapixels)));
  Try(std::span(found).first(retries), true);
  unread.insert(unread.end(), found.begin() + static_cast<ptrdiff_t>(retries), found.end());
  unread.insert(unread.end(), for_ladder.begin(), for_ladder.end());
}

/// What the ladder did not see after all, or had no time to look for.
void FrameReader::Impl::TakeSetAside() {
  for (Symbol& symbol : set_aside) {
    const bool read = std::ranges::any_of(outcome->symbols, [&symbol](const Symbol& known) {
      return known.quad.Contains(symbol.quad.Center()) || symbol.quad.Contains(known.quad.Center());
    });
    if (read || Enough()) continue;
    if (auto placed = PlacedBy(hand, std::move(symbol))) Add(std::move(*placed), &outcome->symbols);
  }
  set_aside.clear();
}

/// The others, by trial.
void FrameReader::Impl::ReadOthers(std::span<const Region> regions) {
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
  ladder.Begin(picture, options, outcome);
  ladder.ReadRegions(others);
  TakeSetAside();
  if (outcome->symbols.empty()) ladder.ReadJoined();
  if (options.whole_picture && outcome->symbols.empty() && !OutOfTime()) ladder.ReadWhole();
}

void FrameReader::Impl::Read() {
  const int64_t start_ns = clock.NowNs();
  locate::LocateOptions locate = FinderTestsFor(options.symbologies);
  locate.thorough = locate.thorough || options.whole_picture;
  const auto regions = locator.Locate(picture, locate);
  const int64_t located_ns = clock.NowNs();
  ReadFound(regions);
  if (options.whole_picture && options.symbologies.Has(Symbology::kQr)) {
    photo_qr.Read(
        picture, [this] { return Enough() || OutOfTime(); }, &outcome->symbols);
  }
  // Nothing read is a rejected item: that is worth the time of the ladder.
  if ((locate.thorough || outcome->symbols.empty()) && !Enough() && !OutOfTime()) {
    ReadOthers(regions);
  }
  TakeSetAside();
  ReadStats& stats = outcome->stats;
  stats.regions = static_cast<int>(regions.size());
  stats.locate_ns = located_ns - start_ns;
  stats.decode_ns = clock.NowNs() - located_ns;
}

FrameReader::FrameReader(const Clock& clock, Share share)
    : impl_(std::make_unique<Impl>(clock, nullptr, std::move(share))) {}
FrameReader::FrameReader(const Clock& clock, CropDecoder& decoder, Share share)
    : impl_(std::make_unique<Impl>(clock, &decoder, std::move(share))) {}
FrameReader::~FrameReader() = default;

void FrameReader::Read(const FrameView& picture, const ReadOptions& options, ReadOutcome* outcome) {
  Impl& impl = *impl_;
  outcome->symbols.clear();
  outcome->stats = {};
  if (picture.Empty()) return;
  impl.picture = picture;
  impl.options = options;
  impl.outcome = outcome;
  impl.partial.store(false, std::memory_order_relaxed);
  impl.rungs_skipped.store(false, std::memory_order_relaxed);
  CropDecoder& decoder = impl.hand.decoder;
  decoder.SetDeadline(options.deadline_ns);
  const uint64_t skipped = decoder.counters().skipped;
  try {
    impl.Read();
  } catch (const std::exception&) {
    // What was read before stands; the rest of this picture is lost.
    outcome->stats.partial = true;
  }
  if (impl.partial.load(std::memory_order_relaxed)) outcome->stats.partial = true;
  outcome->stats.rungs_skipped =
      impl.rungs_skipped.load(std::memory_order_relaxed) || decoder.counters().skipped != skipped;
}

ReadOutcome FrameReader::Read(const FrameView& picture, const ReadOptions& options) {
  ReadOutcome outcome;
  Read(picture, options, &outcome);
  return outcome;
}

}  // namespace veriline::decode
