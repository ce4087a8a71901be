// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/module_sampler.h"

#include <algorithm>
#include <cmath>

namespace veriline::decode {
namespace {

constexpr int kCleanPx = 2;      ///< pixels a module of a clean picture
constexpr int kCleanBorder = 2;  ///< modules

/// Mean grey above the threshold of five pixels around a point.
int MeanAbove(const locate::Probe& probe, Point at, float reach_px) {
  const int middle = probe.Above(at);
  if (reach_px < 0.5f) return middle * 5;
  return middle + probe.Above({at.x - reach_px, at.y}) + probe.Above({at.x + reach_px, at.y}) +
         probe.Above({at.x, at.y - reach_px}) + probe.Above({at.x, at.y + reach_px});
}

/// Share of the modules of the fixed pattern of a Data Matrix that are as they should be.
float DataMatrixFixedRatio(const ModuleImage& modules) {
  int right = 0;
  for (int col = 0; col < modules.cols; ++col) {
    right += modules.At(0, col) == (col % 2 == 0);
    right += modules.At(modules.rows - 1, col) == 1;
  }
  for (int row = 0; row < modules.rows; ++row) {
    right += modules.At(row, 0) == 1;
    right += modules.At(row, modules.cols - 1) == ((modules.rows - 1 - row) % 2 == 0);
  }
  return static_cast<float>(right) / static_cast<float>(2 * (modules.rows + modules.cols));
}

}  // namespace

void DrawModules(const ModuleImage& modules, GreyImage* out) {
  out->Resize((modules.cols + 2 * kCleanBorder) * kCleanPx,
              (modules.rows + 2 * kCleanBorder) * kCleanPx);
  for (int y = 0; y < out->height(); ++y) {
    const int row = y / kCleanPx - kCleanBorder;
    uint8_t* pixels = out->Row(y);
    for (int x = 0; x < out->width(); ++x) {
      const int col = x / kCleanPx - kCleanBorder;
      const bool within = row >= 0 && row < modules.rows && col >= 0 && col < modules.cols;
      pixels[x] = within && modules.At(row, col) != 0 ? 0 : 255;
    }
  }
}

void SampleModules(const locate::Probe& probe, const locate::Finding& finding, ModuleImage* out) {
  out->rows = finding.rows;
  out->cols = finding.cols;
  out->dark.resize(static_cast<size_t>(finding.rows) * static_cast<size_t>(finding.cols));
  const float reach_px = finding.module_px / 5;
  size_t i = 0;
  for (int row = 0; row < finding.rows; ++row) {
    const float t = (static_cast<float>(row) + 0.5f) / static_cast<float>(finding.rows);
    for (int col = 0; col < finding.cols; ++col) {
      const float s = (static_cast<float>(col) + 0.5f) / static_cast<float>(finding.cols);
      const bool light = MeanAbove(probe, finding.quad.At(s, t), reach_px) >= 0;
      out->dark[i++] = light == finding.inverted;
    }
  }
}

float RefineDataMatrix(const locate::Probe& probe, locate::Finding* finding, ModuleImage* scratch) {
  // How clearly the fixed pattern shows, in grey values: unlike the share of right modules it has
  // a slope everywhere.
  const auto clarity = [&](const Quad& quad) {
    const float reach_px = finding->module_px / 5;
    const int rows = finding->rows, cols = finding->cols;
    int sum = 0;
    const auto add = [&](int row, int col, bool dark) {
      const Point at = quad.At((static_cast<float>(col) + 0.5f) / static_cast<float>(cols),
                               (static_cast<float>(row) + 0.5f) / static_cast<float>(rows));
      const int above = std::clamp(MeanAbove(probe, at, reach_px), -200, 200);
      sum += dark != finding->inverted ? -above : above;
    };
    for (int col = 0; col < cols; ++col) {
      add(0, col, col % 2 == 0);
      add(rows - 1, col, true);
    }
    for (int row = 0; row < rows; ++row) {
      add(row, 0, true);
      add(row, cols - 1, (rows - 1 - row) % 2 == 0);
    }
    return sum;
  };
  Quad best = finding->quad;
  int best_clarity = clarity(best);
  for (float step_px = finding->module_px / 2; step_px >= finding->module_px / 9; step_px /= 2) {
    for (bool better = true; better;) {
      better = false;
      for (size_t corner = 0; corner < 4; ++corner) {
        for (const Point d : {Point{1, 0}, Point{-1, 0}, Point{0, 1}, Point{0, -1}}) {
          Quad quad = best;
          quad.corners[corner] = quad.corners[corner] + d * step_px;
          const int now = clarity(quad);
          if (now <= best_clarity) continue;
          best = quad;
          best_clarity = now;
          better = true;
        }
      }
    }
  }
  finding->quad = best;
  SampleModules(probe, *finding, scratch);
  return DataMatrixFixedRatio(*scratch);
}

}  // namespace veriline::decode
