// SPDX-License-Identifier: Apache-2.0
#include "vision/core/symbol.h"

#include <gtest/gtest.h>

#include <string>

#include "vision/core/result.h"

namespace veriline {
namespace {

TEST(Symbology, EveryNameLeadsBack) {
  for (int i = 1; i < kSymbologyCount; ++i) {
    const auto s = static_cast<Symbology>(i);
    EXPECT_EQ(SymbologyFromName(Name(s)), s) << Name(s);
  }
  EXPECT_EQ(SymbologyFromName("unknown"), std::nullopt);
  EXPECT_EQ(SymbologyFromName("QR"), std::nullopt);
}

TEST(PayloadBytes, KeepsShortAndLongPayloadsThroughCopyAndMove) {
  for (size_t size : {0u, 1u, 128u, 129u, 3000u}) {
    std::string bytes(size, 'x');
    if (size > 0) bytes[size / 2] = '\0';
    const PayloadBytes a(bytes);
    const PayloadBytes b = a;
    EXPECT_EQ(b.view(), bytes);
    PayloadBytes c = b;
    const PayloadBytes d = std::move(c);
    EXPECT_EQ(d.view(), bytes);
    EXPECT_EQ(a, d);
  }
}

TEST(Quad, ContainsItsCenterInEitherWinding) {
  const Quad q{{Point{0, 0}, {10, 1}, {11, 12}, {-1, 10}}};
  EXPECT_TRUE(q.Contains(q.Center()));
  EXPECT_GT(q.SignedArea(), 0);
  const Quad mirrored{{q.corners[1], q.corners[0], q.corners[3], q.corners[2]}};
  EXPECT_TRUE(mirrored.Contains(q.Center()));
  EXPECT_LT(mirrored.SignedArea(), 0);
  EXPECT_FALSE(q.Contains({20, 5}));
}

TEST(Diagnostic, SaysPlaceMessageAndAdvice) {
  EXPECT_EQ((Diagnostic{ErrorCode::kIo, "bad value", "a.yaml", 3, 7, "use 1"}.ToString()),
            "a.yaml:3:7: bad value (use 1)");
  EXPECT_EQ((Diagnostic{.message = "bad row", .line = 4}.ToString()), "line 4: bad row");
}

}  // namespace
}  // namespace veriline
