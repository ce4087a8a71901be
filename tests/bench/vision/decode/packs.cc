// SPDX-License-Identifier: Apache-2.0
// Reads drawn pack pictures as the line does and compares with what was drawn: read rate, wrong
// texts, place of the symbols, time.
//   veriline_packs_reading [FIRST] [COUNT] [all] [pooled]
// With `pooled` the pictures are those of `veriline demo --pooled --fault-ratio 0.047`.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "tools/linesim/packs_renderer.h"
#include "vision/core/clock.h"
#include "vision/decode/frame_reader.h"
#include "vision/locate/locator.h"

namespace veriline {
namespace {

/// Time of this thread alone, so that other programs on the machine do not count.
double CpuMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double At(std::vector<double>& values, double ratio) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<size_t>(ratio * static_cast<double>(values.size() - 1))];
}

void Print(const char* name, std::vector<double>& ms) {
  double sum = 0;
  for (double v : ms) sum += v;
  std::printf("%-12s n %zu mean %.2f p50 %.2f p99 %.2f max %.2f ms\n", name, ms.size(),
              ms.empty() ? 0 : sum / static_cast<double>(ms.size()), At(ms, 0.5), At(ms, 0.99),
              At(ms, 1));
}

int Run(uint64_t first, uint64_t count, bool all, bool pooled) {
  linesim::WorldConfig config;
  config.items = first + count;
  config.fault_ratio = pooled ? 0.047 : 0.2;
  const linesim::World world(config);
  linesim::PacksRenderer renderer(
      world, pooled ? linesim::RenderMode::kPooled : linesim::RenderMode::kFresh);
  const SteadyClock clock;
  decode::FrameReader reader(clock);
  decode::ReadOptions options;
  if (!all) options.symbologies = SymbologySet().Add(Symbology::kDataMatrix);
  std::vector<uint8_t> pixels(linesim::kPictureWidth * linesim::kPictureHeight);
  const FrameView view{pixels.data(), linesim::kPictureWidth, linesim::kPictureHeight,
                       linesim::kPictureWidth};
  std::vector<double> with_code, without, locating, center_error;
  int expected = 0, read = 0, wrong = 0, unlocated = 0;
  for (uint64_t item = first; item < first + count; ++item) {
    renderer.Render(item, pixels.data(), linesim::kPictureWidth);
    const double start_ms = CpuMs();
    const auto outcome = reader.Read(view, options);
    const double ms = CpuMs() - start_ms;
    locating.push_back(static_cast<double>(outcome.stats.locate_ns) / 1e6);
    const auto truth = world.TruthOf(item);
    std::vector<const linesim::Label*> good;
    for (const auto& label : truth.labels) {
      if (label.print == linesim::Print::kGood) good.push_back(&label);
    }
    const bool neighbours_code =
        world.config().items > item + 1 && world.ShowsInPictureBefore(item + 1);
    (good.empty() && !neighbours_code ? without : with_code).push_back(ms);
    for (const auto* label : good) {
      ++expected;
      const auto hit = std::ranges::find_if(outcome.symbols, [&](const Symbol& s) {
        return s.payload.view() == label->text && s.identifier_view() == "]d2";
      });
      if (hit != outcome.symbols.end()) {
        ++read;
        center_error.push_back(
            static_cast<double>(Distance(hit->quad.Center(), label->quad.Center())));
        continue;
      }
      locate::Locator locator;
      const Point c = label->quad.Center();
      const float side = Distance(label->quad.corners[0], label->quad.corners[1]);
      const bool located = std::ranges::any_of(locator.Locate(view), [&](const auto& r) {
        return Distance({static_cast<float>(r.box.x) + static_cast<float>(r.box.width) / 2,
                         static_cast<float>(r.box.y) + static_cast<float>(r.box.height) / 2},
                        c) < side / 3 &&
               static_cast<float>(r.box.width) < 3 * side;
      });
      unlocated += !located;
      std::printf("item %llu: not read%s: at %.0f,%.0f %d modules of %.1f px, angle %.0f\n",
                  static_cast<unsigned long long>(item), located ? "" : ", not located",
                  static_cast<double>(c.x), static_cast<double>(c.y), label->matrix.modules,
                  static_cast<double>(label->module_px),
                  static_cast<double>(label->angle_rad) * 57.3);
    }
    for (const Symbol& s : outcome.symbols) {
      const bool known =
          std::ranges::any_of(good, [&](const auto* l) { return l->text == s.payload.view(); });
      if (known) continue;
      // A neighbour may show at the rim of the picture.
      bool neighbour = false;
      for (const uint64_t other : {item - 1, item + 1}) {
        if (other >= world.config().items) continue;
        for (const auto& l : world.TruthOf(other).labels) neighbour |= l.text == s.payload.view();
      }
      if (neighbour) continue;
      ++wrong;
      std::printf("item %llu: wrong %s \"%s\"\n", static_cast<unsigned long long>(item),
                  std::string(Name(s.symbology)).c_str(), std::string(s.text.view()).c_str());
    }
  }
  std::printf("read %d of %d, not located %d, wrong %d\n", read, expected, unlocated, wrong);
  Print("with code", with_code);
  Print("without", without);
  Print("locate", locating);
  std::printf("centre error p50 %.2f p99 %.2f max %.2f px\n", At(center_error, 0.5),
              At(center_error, 0.99), At(center_error, 1));
  return 0;
}

}  // namespace
}  // namespace veriline

int main(int argc, char** argv) {
  const uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 300;
  const auto given = [&](const char* word) {
    return std::any_of(argv + 1, argv + argc, [&](const char* a) { return !std::strcmp(a, word); });
  };
  return veriline::Run(first, count, given("all"), given("pooled"));
}
