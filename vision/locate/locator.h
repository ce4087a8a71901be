// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vision/core/frame.h"
#include "vision/core/geometry.h"
#include "vision/locate/blobs.h"
#include "vision/locate/block_map.h"
#include "vision/locate/density_map.h"
#include "vision/locate/finder.h"
#include "vision/locate/probe.h"

namespace veriline::locate {

enum class RegionKind : uint8_t {
  kMatrix,  ///< edges in two crossing directions: Data Matrix, QR, stacked codes, also text
  kBars,    ///< edges in one direction: a linear code, also rules and hatching
};

/// A part of the picture in which a code may lie.
struct Region {
  Rect box;  ///< px, inside the picture, with a margin for the quiet zone
  RegionKind kind = RegionKind::kMatrix;
  /// Direction of the edges' gradient in radians, picture coordinates: kBars: along the scan line,
  /// in (-π/2, π/2]; kMatrix: of one axis of the grid, in (-π/4, π/4].
  float angle_rad = 0;
  /// How clear that direction is (0–1). Near 1 for bars or a clean upright grid, near 0 for noise.
  float clarity_ratio = 0;
  float score = 0;  ///< larger is better; only its order means something
  /// What its fixed pattern tells; Finder::kNone where none was found.
  Finding finding;
};

struct LocateOptions {
  /// Of those without a fixed pattern.
  int max_regions = 64;
  /// Smaller candidates as well, and more lines across large ones: for photographs.
  bool thorough = false;
  // Fixed patterns to look for.
  bool datamatrix = true;
  bool qr = true;
  bool bars = true;
};

/// Finds where codes are: edges per block of 8×8 pixels → map, looked at with several thresholds
/// and closings → connected candidates → finder tests. Codes of any angle, from 16 px, either
/// polarity.
/// Thread: one Locate at a time per object (it owns scratch memory).
/// Cost: one pass over the pixels and some over the 64 times smaller map, 5 to 40 µs for each
/// candidate, 200 µs for each that may hold a faint Data Matrix, of which it looks at twelve; once
/// the scratch memory has grown no allocation.
class Locator {
 public:
  /// Regions with a fixed pattern, then others that may hold a code, best first; valid until the
  /// next call. Empty for pictures below 16×16 px.
  std::span<const Region> Locate(const FrameView& picture, const LocateOptions& options = {});
  /// Looks at the last picture, as long as it is there.
  const Probe& probe() const { return probe_; }

 private:
  struct Candidate {
    Rect box;
    float score;
    bool part;   ///< of a band that goes on
    bool faint;  ///< not dense enough for anything but a faint symbol
  };

  /// What a few lines across a candidate show.
  struct Texture {
    float edges;         ///< of a line, mean
    float edges_per_px;  ///< between the first and the last edge
    float dark_ratio;    ///< there
  };
  static constexpr int kMarginPx = 11;    ///< a block beyond the map, and some of the quiet zone
  static constexpr int kOrientRows = 16;  ///< of a candidate, in which gradients are looked at
  static constexpr float kLeastClarity = 0.3f;  ///< of a grid; text has less
  static bool IsMatrixLike(const Texture& along_u, const Texture& along_v);
  Texture Glance(LineSet& lines, bool along_v, float step_px);

  void Propose(const LocateOptions& options);
  void Propose(std::span<const Blob> blobs, int cell_px, int radius, int threshold, int least_px);
  /// Of print with bars or hatching beside it, the part that is neither.
  void ProposeMixed();
  /// Of the candidates from that one on those that are like a better one.
  void RemoveAlike(size_t from);
  bool MatrixFound() const;
  void TestCandidates(size_t from, const LocateOptions& options);
  /// Covered by what was found; rows of bars count `as_bars` only.
  bool IsFound(const Rect& box, bool as_bars) const;
  int ContrastOf(const Rect& box) const;
  bool Orient(const Rect& box, int rows, Region* region) const;
  void Test(Region& region, const LocateOptions& options);
  /// Bars may go on beyond the candidate in which they were found. False when they are too few.
  bool FollowBars(Finding* found);
  void Take(const Region& region, const Finding& finding);
  /// Looks within regions larger than a matrix symbol that was found for others of about its size.
  void SearchBesideFound(const LocateOptions& options);
  /// Tests some that may hold a faint Data Matrix.
  void TestFaint();

  FrameView picture_;
  Survey survey_;
  DensityMap density_;
  DensityMap half_density_;
  std::vector<BlockMask> masks_;
  BlobFinder blobs_;
  static constexpr size_t kSizeClasses = 64;
  std::vector<Candidate> candidates_;
  std::array<std::vector<Rect>, kSizeClasses> kept_by_size_;  ///< scratch
  Probe probe_;
  Scan scan_;
  GreyPatch grey_;
  std::vector<Finding> findings_;
  std::vector<Region> regions_;
  std::vector<Region> unsure_;
  DensitySums density_sums_;
  std::vector<Rect> windows_;  ///< scratch
};

}  // namespace veriline::locate
