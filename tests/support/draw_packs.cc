// SPDX-License-Identifier: Apache-2.0
// draw_packs FOLDER N: draws N packs of the simulated line as PGM files into FOLDER and prints a
// line of JSON for each: {"file", "texts"} with the texts of the readable codes on the item.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/linesim/packs_renderer.h"
#include "tools/linesim/world.h"

namespace sim = veriline::linesim;

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: draw_packs FOLDER N\n");
    return 2;
  }
  sim::WorldConfig config;
  config.seed = 7;
  config.items = std::strtoull(argv[2], nullptr, 10);
  config.fault_ratio = 0.25;
  // What can be seen on a picture by itself; belt and camera faults need the line.
  config.fault_kinds = 1u << static_cast<int>(sim::FaultKind::kNoLabel) |
                       1u << static_cast<int>(sim::FaultKind::kDamaged) |
                       1u << static_cast<int>(sim::FaultKind::kTwoCodes) |
                       1u << static_cast<int>(sim::FaultKind::kDuplicate);
  const sim::World world(config);
  sim::PacksRenderer renderer(world, sim::RenderMode::kFresh);
  std::vector<uint8_t> pixels(size_t{sim::kPictureWidth} * sim::kPictureHeight);
  for (uint64_t item = 0; item < config.items; ++item) {
    renderer.Render(item, pixels.data(), sim::kPictureWidth);
    const std::string name = "pack" + std::to_string(item) + ".pgm";
    std::ofstream file(std::string(argv[1]) + "/" + name, std::ios::binary);
    file << "P5\n" << sim::kPictureWidth << " " << sim::kPictureHeight << "\n255\n";
    file.write(reinterpret_cast<const char*>(pixels.data()),
               static_cast<std::streamsize>(pixels.size()));
    if (!file) return 1;
    const sim::ItemTruth truth = world.TruthOf(item);
    std::vector<std::string> texts;
    if (truth.fault != sim::FaultKind::kDamaged) {
      for (const sim::Label& label : truth.labels) {
        if (!label.text.empty()) texts.push_back(label.text);
      }
    }
    std::printf("%s\n", nlohmann::json{{"file", name}, {"texts", texts}}.dump().c_str());
  }
  return 0;
}
