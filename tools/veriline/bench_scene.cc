// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/bench_scene.h"

#include <algorithm>

#include "tools/linesim/hard_frames.h"
#include "tools/linesim/scene_frames.h"
#include "tools/linesim/scene_recipe.h"

namespace veriline::tools {
namespace {

using linesim::FrameSet;
using linesim::SceneKind;

/// A world and its pictures.
class WorldFrames final : public FrameSet {
 public:
  WorldFrames(SceneKind scene, uint64_t seed)
      : world_(linesim::FaultlessWorld(scene, seed)),
        frames_(world_, {.whole_rows = true, .clutter = true}) {}
  uint64_t size() const override { return frames_.size(); }
  FrameView Draw(uint64_t index) override { return frames_.Draw(index); }
  std::vector<linesim::ShownSymbol> ShownIn(uint64_t index) const override {
    return frames_.ShownIn(index);
  }

 private:
  const linesim::World world_;
  linesim::SceneFrames frames_;
};

template <SceneKind kScene>
std::unique_ptr<FrameSet> MakeWorld(uint64_t seed) {
  return std::make_unique<WorldFrames>(kScene, seed);
}

template <int kWidth, int kHeight>
std::unique_ptr<FrameSet> MakeEmpty(uint64_t seed) {
  return std::make_unique<linesim::EmptyFrames>(seed, kWidth, kHeight);
}

std::unique_ptr<FrameSet> MakeHard(uint64_t seed) {
  return std::make_unique<linesim::HardFrames>(seed);
}
bool OracleReads(const FrameView& picture, uint64_t seed, uint64_t index) {
  return linesim::AskOracle(picture, linesim::LayOutHardSymbol(seed, index)).readable();
}

/// The 99th percentile needs a hundred samples to mean something.
constexpr uint64_t kSmallFrames = 200;
constexpr uint64_t kLargeFrames = 50;

constexpr BenchScene kScenes[] = {
    {"packs", 1280, 1024, kSmallFrames, true, true, false, MakeWorld<SceneKind::kPacks>},
    {"web", 8192, linesim::kBlockLines, kLargeFrames, true, true, true, MakeWorld<SceneKind::kWeb>},
    {"sheet", 4096, 3072, kLargeFrames, true, true, false, MakeWorld<SceneKind::kSheet>},
    {"cartons", 2448, 2048, kLargeFrames, true, true, true, MakeWorld<SceneKind::kCartons>},
    {"empty", 1280, 1024, kSmallFrames, false, false, false, MakeEmpty<1280, 1024>},
    {"empty-web", 8192, 2048, kLargeFrames, false, false, false, MakeEmpty<8192, 2048>},
    {"hard", 1280, 1024, kSmallFrames, true, true, false, MakeHard, OracleReads},
};

}  // namespace

std::span<const BenchScene> BenchScenes() { return kScenes; }

const BenchScene* BenchSceneFromName(std::string_view name) {
  const auto found = std::ranges::find(kScenes, name, &BenchScene::name);
  return found == std::end(kScenes) ? nullptr : found;
}

}  // namespace veriline::tools
