// SPDX-License-Identifier: Apache-2.0
// How fast the simulated line draws its pictures: printed for each scene and mode, in time of the
// drawing thread. A simulator slower than the line would measure itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "tools/linesim/scene_renderer.h"
#include "tools/linesim/web_renderer.h"

namespace veriline::linesim {
namespace {

double CpuMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

struct Speed {
  double pool_ms = 0;
  double p50_ms = 0;
  double max_ms = 0;
};

template <typename Draw>
Speed Measure(const char* name, RenderMode mode, int pictures, double pool_ms, Draw draw) {
  std::vector<double> times;
  for (int i = 0; i < pictures; ++i) {
    const double start = CpuMs();
    draw(i);
    times.push_back(CpuMs() - start);
  }
  std::ranges::sort(times);
  const Speed speed{pool_ms, times[times.size() / 2], times.back()};
  std::printf("%-8s %-6s pool %6.0f ms   picture p50 %7.2f   max %7.2f ms   %7.1f a second\n", name,
              mode == RenderMode::kFresh ? "fresh" : "pooled", speed.pool_ms, speed.p50_ms,
              speed.max_ms, 1000 / speed.p50_ms);
  return speed;
}

WorldConfig Config(SceneKind kind) {
  WorldConfig config;
  config.scene = kind;
  config.items = 960 * 2;
  return config;
}

TEST(DrawingSpeed, OfAreaPictures) {
  for (const SceneTraits& scene : kScenes) {
    if (scene.line_scan) continue;
    const World world(Config(scene.kind));
    std::vector<uint8_t> pixels(static_cast<size_t>(scene.picture_width) *
                                static_cast<size_t>(scene.picture_height));
    for (const RenderMode mode : {RenderMode::kFresh, RenderMode::kPooled}) {
      const double start = CpuMs();
      const auto renderer = MakeRenderer(world, mode);
      const double pool_ms = CpuMs() - start;
      Measure(scene.name.data(), mode, 20, pool_ms, [&](int i) {
        renderer->Render(static_cast<uint64_t>(i), pixels.data(), scene.picture_width);
      });
    }
  }
}

TEST(DrawingSpeed, OfWebBlocks) {
  const World world(Config(SceneKind::kWeb));
  constexpr int kLines = 2048;
  std::vector<uint8_t> pixels(static_cast<size_t>(8192) * kLines);
  for (const RenderMode mode : {RenderMode::kFresh, RenderMode::kPooled}) {
    const double start = CpuMs();
    WebRenderer renderer(world, mode);
    const double pool_ms = CpuMs() - start;
    const Speed speed = Measure("web", mode, 20, pool_ms, [&](int i) {
      const int64_t from = world.MarkCount(0) + i * kLines;
      renderer.Render(from, from + kLines, pixels.data(), 8192);
    });
    EXPECT_LT(speed.p50_ms, mode == RenderMode::kFresh ? 500 : 150);
  }
}

}  // namespace
}  // namespace veriline::linesim
