// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "calibration/model/calibration.h"
#include "pipeline/item/record_store.h"
#include "tools/linesim/frame_ring.h"
#include "tools/linesim/renderer_process.h"
#include "tools/linesim/world.h"
#include "vision/camera/camera_source.h"
#include "vision/core/result.h"

namespace veriline::tools {

/// The pictures of a simulated world: a ring and a renderer's process for each of its cameras.
/// Must outlive the cameras that it makes.
class ScenePictures {
 public:
  /// Requires: this process has one thread still (RendererProcess::Start). `world` must outlive it.
  static Checked<std::unique_ptr<ScenePictures>> Start(const linesim::World& world,
                                                       linesim::RenderMode mode);
  /// In the order of the recipe's views. Once.
  std::vector<std::unique_ptr<camera::CameraSource>> MakeCameras();
  /// Descriptor of a ring, which carries the world's config to whoever opens it.
  int world_fd() const { return cameras_.front()->ring.fd(); }

 private:
  struct Camera {
    linesim::FrameRing ring;
    linesim::RendererProcess process;
  };
  explicit ScenePictures(const linesim::World& world) : world_(world) {}

  const linesim::World& world_;
  std::vector<std::unique_ptr<Camera>> cameras_;
};

/// What is known of the simulated cameras, one for each: grey is linear, and drawn at that scale.
std::vector<std::shared_ptr<const calibration::Calibration>> SceneCalibrations(
    const linesim::SceneTraits& scene);

/// Bytes of the largest frame that the line gets of a camera of this world.
size_t FrameBytes(const linesim::World& world);

/// How many items a minute this machine can draw and read, with a third of its time to spare:
/// measured on a few pictures. 0 when the scene has no recipe. Cost: some seconds.
double SustainedItemsPerMin(const linesim::WorldConfig& config, linesim::RenderMode mode);

/// The belt in its own words: speed, line rate or pictures a second.
std::string DescribePace(const linesim::World& world);

/// How often each view read the identity of an item that carries a readable one, and wrong texts,
/// by the records of the run.
struct ReadRates {
  uint64_t readable = 0;
  std::vector<uint64_t> by_view;
  uint64_t together = 0;
  uint64_t wrong = 0;  ///< codes whose text is not what was printed on their item

  std::string Table(const std::vector<std::string>& views) const;
};
ReadRates CountReads(const linesim::World& world, const item::RecordStore& store,
                     const std::string& line_id, size_t views);

}  // namespace veriline::tools
