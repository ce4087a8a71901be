// SPDX-License-Identifier: Apache-2.0
// Frames with many codes: shared with other readers, and read without allocating.
#include "vision/decode/frame_reader.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/allocation_counter.h"
#include "tests/support/drawn_symbol.h"
#include "vision/core/clock.h"

namespace veriline::decode {
namespace {

using testing::Canvas;
using testing::EncodeSymbol;

constexpr int kPitchPx = 220;

Canvas Sheet(int cols, int rows) { return {cols * kPitchPx, rows * kPitchPx, 210}; }
Point PlaceOf(int index, int cols) {
  return {(static_cast<float>(index % cols) + 0.5f) * kPitchPx,
          (static_cast<float>(index / cols) + 0.5f) * kPitchPx};
}

/// Data Matrix, of which every fifth has a blot on its modules and is tried in vain, QR Codes and
/// EAN-13.
Canvas Mixed() {
  constexpr int kCols = 6, kRows = 4;
  Canvas canvas = Sheet(kCols, kRows);
  for (int i = 0; i < kCols * kRows; ++i) {
    const Point at = PlaceOf(i, kCols);
    const std::string number = std::to_string(100 + i);
    if (i % 6 == 4) {
      canvas.Draw(EncodeSymbol(Symbology::kQr, "QR " + number), {.center = at});
    } else if (i % 6 == 5) {
      canvas.Draw(EncodeSymbol(Symbology::kEan13, "400638133" + number),
                  {.center = at, .module_px = 1.7f, .quiet_modules = 10});
    } else {
      canvas.Draw(EncodeSymbol(Symbology::kDataMatrix, "CODE " + number),
                  {.center = at, .module_px = 5, .angle_rad = 0.1f * static_cast<float>(i)});
      if (i % 5 == 0) {
        constexpr int kHalfPx = 25;
        for (int y = -kHalfPx; y < kHalfPx; ++y) {
          uint8_t* row = canvas.Row(static_cast<int>(at.y) + y) + static_cast<int>(at.x);
          for (int x = -kHalfPx; x < kHalfPx; ++x) row[x] = 125;
        }
      }
    }
  }
  return canvas;
}

/// With an ECI each goes to the third-party decoder.
Canvas DataMatrixSheet(int cols, int rows, bool eci = false) {
  Canvas canvas = Sheet(cols, rows);
  for (int i = 0; i < cols * rows; ++i) {
    const std::string text = "CODE " + std::to_string(100 + i);
    canvas.Draw(eci ? testing::EncodeWithEci(text) : EncodeSymbol(Symbology::kDataMatrix, text),
                {.center = PlaceOf(i, cols), .module_px = 5});
  }
  return canvas;
}

void ExpectSame(const std::vector<Symbol>& a, const std::vector<Symbol>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].symbology, b[i].symbology);
    EXPECT_EQ(a[i].identifier, b[i].identifier);
    EXPECT_EQ(a[i].payload.view(), b[i].payload.view());
    EXPECT_EQ(a[i].text.view(), b[i].text.view());
    EXPECT_EQ(a[i].addon.view(), b[i].addon.view());
    EXPECT_EQ(a[i].decoder, b[i].decoder);
    EXPECT_EQ(a[i].inverted, b[i].inverted);
    for (size_t k = 0; k < 4; ++k) {
      EXPECT_EQ(a[i].quad.corners[k].x, b[i].quad.corners[k].x);
      EXPECT_EQ(a[i].quad.corners[k].y, b[i].quad.corners[k].y);
    }
  }
}

/// A reader and `threads - 1` others that help it whenever it asks, each in a new thread.
struct Crew {
  explicit Crew(int threads) {
    own = std::make_unique<FrameReader>(clock, [this](const FrameReader::Part& part) {
      ++shared;
      std::vector<std::thread> running;
      for (const auto& helper : helpers) running.emplace_back([&] { part(*helper); });
      part(*own);
      for (std::thread& thread : running) thread.join();
    });
    for (int i = 1; i < threads; ++i) helpers.push_back(std::make_unique<FrameReader>(clock));
  }

  const SteadyClock clock;
  std::unique_ptr<FrameReader> own;
  std::vector<std::unique_ptr<FrameReader>> helpers;
  int shared = 0;
};

TEST(SharedFrame, GivesTheSameSymbolsInTheSameOrderWithAnyNumberOfThreads) {
  const Canvas canvas = Mixed();
  const SteadyClock clock;
  for (const bool whole : {false, true}) {
    const ReadOptions options{.whole_picture = whole};
    const ReadOutcome alone = FrameReader(clock).Read(canvas.view(), options);
    EXPECT_GE(alone.symbols.size(), 20U);
    EXPECT_LT(alone.symbols.size(), 24U);
    for (const int threads : {1, 2, 5}) {
      Crew crew(threads);
      ReadOutcome outcome;
      for (int i = 0; i < 3; ++i) {
        SCOPED_TRACE(std::to_string(threads) + " threads");
        crew.own->Read(canvas.view(), options, &outcome);
        ExpectSame(outcome.symbols, alone.symbols);
        EXPECT_EQ(outcome.stats.regions, alone.stats.regions);
        EXPECT_FALSE(outcome.stats.partial);
        EXPECT_FALSE(outcome.stats.rungs_skipped);
      }
      // Each time for the quick way and for the second tries.
      EXPECT_EQ(crew.shared, 6);
    }
  }
}

TEST(SharedFrame, IsTheSameWhoeverReadsTheRegions) {
  const Canvas canvas = Mixed();
  const SteadyClock clock;
  const ReadOutcome alone = FrameReader(clock).Read(canvas.view(), {});
  FrameReader helper(clock);
  // The helper takes all of them, then there is nothing left for the other.
  std::unique_ptr<FrameReader> own;
  own = std::make_unique<FrameReader>(clock, [&](const FrameReader::Part& part) {
    part(helper);
    part(*own);
  });
  ExpectSame(own->Read(canvas.view(), {}).symbols, alone.symbols);
  // A helper reads frames of its own afterwards.
  ExpectSame(helper.Read(canvas.view(), {}).symbols, alone.symbols);
}

TEST(SharedFrame, OthersAreNotAskedForFewRegions) {
  Crew crew(2);
  const Canvas few = DataMatrixSheet(3, 1), more = DataMatrixSheet(4, 1);
  EXPECT_EQ(crew.own->Read(few.view(), {}).symbols.size(), 3U);
  EXPECT_EQ(crew.shared, 0);
  EXPECT_EQ(crew.own->Read(more.view(), {}).symbols.size(), 4U);
  EXPECT_EQ(crew.shared, 1);
}

TEST(SharedFrame, StopsAtEnoughSymbols) {
  const Canvas canvas = DataMatrixSheet(4, 2);
  const SteadyClock clock;
  const ReadOutcome all = FrameReader(clock).Read(canvas.view(), {});
  Crew crew(3);
  for (const int most : {1, 5}) {
    const ReadOutcome some = crew.own->Read(canvas.view(), {.max_symbols = most});
    ExpectSame(some.symbols, {all.symbols.begin(), all.symbols.begin() + most});
  }
}

const SymbologySet kDataMatrix = SymbologySet().Add(Symbology::kDataMatrix);

/// Answers without looking, always the same; may be away, may throw.
class Answering final : public CropDecoder {
 public:
  std::optional<Symbol> Zxing(const FrameView& crop, const ZxingOptions&) override {
    ++calls;
    if (away) ++skipped;
    if (calls <= throws_until_call) throw std::runtime_error("a decoder with a bug");
    if (away || crop.Empty()) return std::nullopt;
    Symbol symbol;
    symbol.symbology = Symbology::kDataMatrix;
    symbol.payload.Assign("CODE");
    symbol.text.Assign("CODE");
    symbol.quad = {{Point{0, 0}, Point{9, 0}, Point{9, 9}, Point{0, 9}}};
    return symbol;
  }
  std::optional<Symbol> Dmtx(const FrameView&, const DmtxOptions&) override { return {}; }
  void SetDeadline(int64_t deadline_ns) override { deadline = deadline_ns; }
  Counters counters() const override { return {.calls = calls, .skipped = skipped}; }

  bool away = false;
  uint64_t throws_until_call = 0;
  uint64_t calls = 0;
  uint64_t skipped = 0;
  int64_t deadline = -1;
};

/// One thread, in which a helper reads all it can before the reader whose frame it is.
struct HelpedFirst {
  explicit HelpedFirst(const Clock& clock) : helper(clock, helper_decoder) {
    own = std::make_unique<FrameReader>(clock, own_decoder, [this](const FrameReader::Part& part) {
      part(helper);
      part(*own);
    });
  }
  Answering own_decoder;
  Answering helper_decoder;
  FrameReader helper;
  std::unique_ptr<FrameReader> own;
};

TEST(SharedFrame, AHelpersDecoderHasTheDeadlineOfTheFrame) {
  const Canvas canvas = DataMatrixSheet(4, 2, true);
  ManualClock clock(1000);
  HelpedFirst readers(clock);
  const ReadOptions options{.symbologies = kDataMatrix, .deadline_ns = 2000};
  const ReadOutcome in_time = readers.own->Read(canvas.view(), options);
  EXPECT_EQ(in_time.symbols.size(), 8U);
  EXPECT_FALSE(in_time.stats.partial);
  EXPECT_EQ(readers.helper_decoder.calls, 8U);
  EXPECT_EQ(readers.helper_decoder.deadline, 2000);

  clock.Set(2000);
  const ReadOutcome late = readers.own->Read(canvas.view(), options);
  EXPECT_TRUE(late.symbols.empty());
  EXPECT_TRUE(late.stats.partial);
  EXPECT_EQ(readers.helper_decoder.calls, 8U);
}

TEST(SharedFrame, TellsOfRungsThatAHelperSkipped) {
  const Canvas canvas = DataMatrixSheet(4, 2, true);
  const SteadyClock clock;
  HelpedFirst readers(clock);
  EXPECT_FALSE(readers.own->Read(canvas.view(), {.symbologies = kDataMatrix}).stats.rungs_skipped);
  readers.helper_decoder.away = true;
  EXPECT_TRUE(readers.own->Read(canvas.view(), {.symbologies = kDataMatrix}).stats.rungs_skipped);
  EXPECT_EQ(readers.own_decoder.skipped, 0U);
}

TEST(SharedFrame, ADecoderThatThrowsCostsItsRegionsAlone) {
  const Canvas canvas = DataMatrixSheet(4, 2, true);
  const SteadyClock clock;
  HelpedFirst readers(clock);
  readers.helper_decoder.throws_until_call = 3;
  const ReadOutcome outcome = readers.own->Read(canvas.view(), {.symbologies = kDataMatrix});
  EXPECT_TRUE(outcome.stats.partial);
  // The other regions are read by their quick way, and these three by the second try.
  EXPECT_EQ(outcome.symbols.size(), 8U);
  EXPECT_EQ(readers.helper_decoder.calls, 8U + 3U);
}

// With an outcome that is used again nothing is allocated, be it shared or not.
TEST(FrameReaderAllocations, AreNoneOnceAllHasGrown) {
  for (const bool eci : {false, true}) {
    const Canvas canvas = DataMatrixSheet(6, 4, eci);
    const SteadyClock clock;
    const ReadOptions options{.symbologies = kDataMatrix};
    Answering decoder;
    FrameReader alone(clock, decoder);
    HelpedFirst shared(clock);
    ReadOutcome outcome;
    for (FrameReader* reader : {&alone, shared.own.get()}) {
      for (int i = 0; i < 4; ++i) {
        const size_t before = AllocationsOfThisThread();
        reader->Read(canvas.view(), options, &outcome);
        const size_t allocations = AllocationsOfThisThread() - before;
        ASSERT_EQ(outcome.symbols.size(), 24U);
        // Vectors that change places have grown by then.
        if (i > 1) {
          EXPECT_EQ(allocations, 0U);
        }
      }
    }
    EXPECT_EQ(shared.helper_decoder.calls, eci ? 4 * 24U : 0U);
  }
}

}  // namespace
}  // namespace veriline::decode
