// SPDX-License-Identifier: Apache-2.0
// Composites as libzint draws them, all linear symbols with their components, in any direction.
#include <gtest/gtest.h>
#include <zint.h>

#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/pdf417_symbols.h"
#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"

namespace veriline::decode {
namespace {

struct Kind {
  const char* name;
  int symbology;
  std::string linear;   ///< as libzint takes it
  std::string element;  ///< what it says, as an element string
  Symbology component_of;
};

const std::vector<Kind>& Kinds() {
  using enum Symbology;
  static const std::vector<Kind> kinds = {
      {"EAN-13", BARCODE_EANX_CC, "950600013435", "0109506000134352", kEan13},
      {"EAN-8", BARCODE_EANX_CC, "9501234", "0100000095012346", kEan8},
      {"UPC-A", BARCODE_UPCA_CC, "01234567890", "0100012345678905", kUpcA},
      {"UPC-E", BARCODE_UPCE_CC, "0123456", "0100012345000065", kUpcE},
      {"GS1-128", BARCODE_GS1_128_CC, "[01]09501101530003[10]L1", "010950110153000310L1\x1d",
       kCode128},
      {"DataBar", BARCODE_DBAR_OMN_CC, "0950110153000", "0109501101530003", kDataBarOmni},
      {"DataBar Limited", BARCODE_DBAR_LTD_CC, "0950110153000", "0109501101530003",
       kDataBarLimited},
      {"DataBar Expanded", BARCODE_DBAR_EXP_CC, "[01]09501101530003[3103]001750",
       "01095011015300033103001750", kDataBarExpanded},
  };
  return kinds;
}

/// A component's data in brackets and as bytes, for CC-A, CC-B and CC-C.
struct Data {
  std::string bracketed, bytes;
};
Data DataOf(int component, std::mt19937& random) {
  std::string serial;
  for (int i = 0; i < 6 + static_cast<int>(random() % 4); ++i) {
    serial += static_cast<char>('0' + random() % 10);
  }
  Data data{"[17]271231[10]A" + serial, "1727123110A" + serial};
  if (component > 1) {
    data.bracketed += "[21]Serial-" + serial + "[240]abcdefgh";
    data.bytes +=
        "\x1d"
        "21Serial-" +
        serial +
        "\x1d"
        "240abcdefgh";
  }
  return data;
}

struct Tally {
  int drawn = 0, joined = 0, others = 0, wrong = 0;
};

Tally Read(const Kind& kind, int component, float degrees_step, float blur_x, bool damaged,
           int count, uint32_t seed) {
  std::mt19937 random(seed);
  const SteadyClock clock;
  FrameReader reader(clock);
  Tally tally;
  for (int i = 0; i < count; ++i) {
    const Data data = DataOf(component, random);
    const testing::Modules modules =
        testing::EncodeComposite(kind.symbology, component, kind.linear, data.bracketed);
    const float x_px = 2.5f + 0.25f * static_cast<float>(random() % 7);
    testing::ShownSymbol shown =
        testing::Show(modules, {.x_px = x_px,
                                .degrees = degrees_step * static_cast<float>(i),
                                .blur_x = blur_x,
                                .noise = 4,
                                .quiet_x = 11,
                                .seed = seed + static_cast<uint32_t>(i)});
    if (damaged) {
      // A spot of three modules on the component.
      const Point at = shown.outline.At(0.5f, 0.12f);
      const int half = static_cast<int>(1.5f * x_px);
      for (int y = -half; y <= half; ++y) {
        for (int x = -half; x <= half; ++x) {
          shown.canvas.Row(static_cast<int>(at.y) + y)[static_cast<int>(at.x) + x] = 60;
        }
      }
    }
    ++tally.drawn;
    const ReadOutcome outcome =
        reader.Read(shown.view(), {.symbologies = SymbologySet().Add(Symbology::kComposite)});
    const std::string expected = kind.element + data.bytes;
    for (const Symbol& symbol : outcome.symbols) {
      if (symbol.symbology == Symbology::kComposite) {
        const bool right = symbol.payload.view() == expected &&
                           symbol.linear_component == kind.component_of &&
                           symbol.component == static_cast<char>('A' + component - 1);
        ++(right ? tally.joined : tally.wrong);
        if (!right) std::printf("%s: %s\n", kind.name, std::string(symbol.text.view()).c_str());
      } else {
        ++tally.others;
      }
    }
  }
  std::printf("%s with CC-%c: %d of %d joined, %d symbols beside, %d wrong\n", kind.name,
              'A' + component - 1, tally.joined, tally.drawn, tally.others, tally.wrong);
  return tally;
}

TEST(CompositeReader, JoinsEveryLinearSymbolWithItsComponents) {
  for (const Kind& kind : Kinds()) {
    for (int component = 1; component <= 3; ++component) {
      if (component == 3 && kind.symbology != BARCODE_GS1_128_CC) continue;
      const Tally tally = Read(kind, component, 55, 0.25f, false, 7, 7);
      EXPECT_EQ(tally.wrong, 0) << kind.name;
      EXPECT_GE(tally.joined, 6) << kind.name << " CC-" << component;
    }
  }
}

TEST(CompositeReader, CorrectsMildDamage) {
  for (const Kind& kind : Kinds()) {
    const Tally tally = Read(kind, 2, 47, 0.25f, true, 4, 9);
    EXPECT_EQ(tally.wrong, 0) << kind.name;
    EXPECT_GE(tally.joined, 3) << kind.name;
  }
}

}  // namespace
}  // namespace veriline::decode
