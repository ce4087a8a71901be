// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/scene_renderer.h"

#include "tools/linesim/cartons_renderer.h"
#include "tools/linesim/empty_renderer.h"
#include "tools/linesim/foil_renderer.h"
#include "tools/linesim/labels_renderer.h"
#include "tools/linesim/packs_renderer.h"
#include "tools/linesim/sheet_renderer.h"
#include "tools/linesim/strips.h"
#include "tools/linesim/web_renderer.h"

namespace veriline::linesim {

uint64_t ShotsOf(const World& world) {
  return world.scene().line_scan ? Strips(world).size() : world.feeds();
}

std::unique_ptr<SceneRenderer> MakeRenderer(const World& world, RenderMode mode, int camera) {
  switch (world.config().scene) {
    case SceneKind::kWeb:
      return std::make_unique<WebStripRenderer>(world, mode);
    case SceneKind::kCartons:
      return std::make_unique<CartonsRenderer>(world, mode);
    case SceneKind::kSheet:
      return std::make_unique<SheetRenderer>(world, mode);
    case SceneKind::kFoil:
      return std::make_unique<FoilRenderer>(world, mode, camera);
    case SceneKind::kEmpty:
      return std::make_unique<EmptyRenderer>(world, mode);
    case SceneKind::kLabelsPair:
    case SceneKind::kLabelsEan:
    case SceneKind::kLabelsText:
    case SceneKind::kLabelsNumber:
      return std::make_unique<LabelsRenderer>(world, mode);
    default:
      return std::make_unique<PacksRenderer>(world, mode);
  }
}

}  // namespace veriline::linesim
