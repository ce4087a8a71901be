// SPDX-License-Identifier: Apache-2.0
// The simulated line with its pictures coming over GigE Vision.
#ifdef VERILINE_GIGE_CAMERA

#include <gtest/gtest.h>

#include "tests/support/veriline_command.h"

namespace veriline::testing {
namespace {

/// 1280 x 1024 bytes in packets of 9000, each with 8 + 28 bytes of headers in it and 38 around it.
constexpr double kWireUs = 1280.0 * 1024 / (9000 - 36) * (9000 + 38) * 8 / 1000;

TEST(DemoGige, EveryFaultIsFoundOverTheWire) {
  // Each kind of fault once: 17 kinds, one in four items.
  const Ran ran = RunVeriline(
      "demo --camera gige --items 72 --items-per-min 900 --fault-ratio 0.25 --pooled --headless "
      "--json");
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  const auto lines = JsonLines(ran.out);
  ASSERT_EQ(lines.size(), 1u) << ran.err;
  const nlohmann::json& told = lines[0];
  EXPECT_EQ(told["items"], 72);
  EXPECT_EQ(told["accepted"], 72 - 18);
  for (const char* zero :
       {"bad_on_good_lane", "good_rejected", "without_verdict", "wrong_verdict_reason"}) {
    EXPECT_EQ(told[zero], 0) << zero;
  }
  // They came as fast as the wire carries them, and no faster.
  EXPECT_GE(told["from_exposure_us"]["p50"], 0.98 * kWireUs);
  EXPECT_LE(told["from_exposure_us"]["p50"], 10 * kWireUs);
}

TEST(DemoGige, MorePicturesThanTheWireCarriesAreRefused) {
  const Ran ran = RunVeriline("demo --camera gige --items-per-min 6000 --headless");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_NE(ran.err.find("6000 pictures a minute do not go through 1 Gbit/s"), std::string::npos)
      << ran.err;
}

}  // namespace
}  // namespace veriline::testing

#endif  // VERILINE_GIGE_CAMERA
