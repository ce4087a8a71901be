// SPDX-License-Identifier: Apache-2.0
#include "vision/symbology/pdf417/guard_finder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace veriline::symbology::pdf417 {
namespace {

using linear::ElementFinder;

/// Where lines are tried between top (0) and bottom (1) of a place.
constexpr float kGlances[] = {0.5f, 0.3f, 0.7f, 0.15f, 0.85f};
/// Start and stop pattern have few edges: they may stand beside a region. So much of its length is
/// looked at beyond each end.
constexpr float kReachRatio = 0.35f;
constexpr float kLeastReachPx = 20;
constexpr float kUnknownXPx = 2.5f;  ///< samples are taken as of symbols that small
constexpr size_t kMostSeeds = 4;
/// A pattern is followed in steps of so many X.
constexpr float kStepX = 0.75f;
constexpr size_t kMostSteps = 2000;
/// The next line shows the pattern that near to where it should be, X.
constexpr float kNearX = 2.5f;
constexpr float kXRatio = 1.3f;  ///< by which X may differ within a pattern
/// A pattern ends where it is not seen over so many X; where there is light instead over a third.
constexpr float kLostX = 15;
constexpr float kLightWeight = 3;
/// It is one when it was seen so many times, over so many X.
constexpr size_t kLeastPoints = 4;
constexpr float kLeastHeightX = 4;
constexpr size_t kDirectionPoints = 14;  ///< over which its direction is taken
constexpr float kDirectionX = 5;
constexpr int kMostColumns = 30, kLeastRows = 3, kMostRows = 90;
/// So many indicators must tell the same number of columns or rows, and so much of all of them.
constexpr int kLeastVotes = 2;
constexpr float kLeastShare = 0.5f;
/// What indicators tell of the width may be off by so much of what was measured.
constexpr float kWidthRatio = 0.12f;
/// Across a symbol of 30 columns, with some to spare.
constexpr float kMostWidthX = 620;
/// Cosine between what place and border say of the direction of rows.
constexpr float kSameDirection = 0.97f;
constexpr size_t kRowsToFit = 2;  ///< different ones, along a border

Point RightAngle(Point along) { return {-along.y, along.x}; }

/// The value with most votes; -1 where they do not agree.
int Winner(std::span<const int> votes) {
  int all = 0;
  size_t best = 0;
  for (size_t i = 0; i < votes.size(); ++i) {
    all += votes[i];
    if (votes[i] > votes[best]) best = i;
  }
  const bool sure = votes[best] >= kLeastVotes &&
                    static_cast<float>(votes[best]) >= kLeastShare * static_cast<float>(all);
  return sure ? static_cast<int>(best) : -1;
}

/// The part of a ray within the picture, at most `most` px long.
float LengthInside(const FrameView& picture, Point from, Point along, float most) {
  float length = most;
  const auto clip = [&](float at, float step, int size) {
    if (step > 0) length = std::min(length, (static_cast<float>(size) - at) / step);
    if (step < 0) length = std::min(length, -at / step);
  };
  clip(from.x, along.x, picture.width);
  clip(from.y, along.y, picture.height);
  return std::max(0.0f, length);
}

}  // namespace

void GuardFinder::CollectHits(Point along) {
  for (const bool reversed : {false, true}) {
    const std::span<const float> edges = reversed ? line_.Reversed() : line_.edges();
    for (size_t i = 0; i + kGuardEdges <= edges.size(); i += 2) {
      for (const Guard guard : {Guard::kStart, Guard::kStop}) {
        float x;
        if (!IsGuard(&edges[i], guard, &x)) continue;
        hits_.push_back({line_.At(reversed ? -edges[i] : edges[i]), reversed ? along * -1 : along,
                         x * line_.step_px(), guard});
      }
    }
  }
}

bool GuardFinder::Glance(const Place& place) {
  hits_.clear();
  for (const float offset : kGlances) {
    const Point from = place.quad.At(0, offset), to = place.quad.At(1, offset);
    const float length = Distance(from, to);
    if (length < kGuardEdges) return false;
    const Point along = (to - from) * (1 / length);
    const Point reach = along * std::max(kLeastReachPx, kReachRatio * length);
    line_.Sample(from - reach, to + reach, place.x_px > 0 ? place.x_px : kUnknownXPx);
    for (const float swing : {ElementFinder::kCoarse, ElementFinder::kFine}) {
      const size_t before = hits_.size();
      line_.Find(swing);
      CollectHits(along);
      if (hits_.size() > before) break;
    }
  }
  return !hits_.empty();
}

/// By another line that shows the same pattern; else at right angles.
Point GuardFinder::DownOf(const Hit& seed) const {
  const Point down = RightAngle(seed.along);
  Point best = down;
  float best_cos = 0.7f;
  for (const Hit& other : hits_) {
    if (other.guard != seed.guard || Dot(other.along, seed.along) < 0) continue;
    const Point way = other.at - seed.at;
    const float length = std::hypot(way.x, way.y);
    if (length < seed.x_px) continue;
    const float cos = Dot(way, down) / length;
    if (std::abs(cos) > best_cos) {
      best_cos = std::abs(cos);
      best = way * ((cos < 0 ? -1.0f : 1.0f) / length);
    }
  }
  return best;
}

bool GuardFinder::NearHit(Point at, float most_px, Guard guard, float x_px, Point along, Hit* hit,
                          size_t* edge) const {
  const std::span<const float> edges = line_.edges();
  const float near = line_.SampleOf(at), most = most_px / line_.step_px();
  float best = most;
  bool found = false;
  for (size_t i = 0; i + kGuardEdges <= edges.size(); i += 2) {
    const float away = std::abs(edges[i] - near);
    if (away > best) continue;
    float x;
    if (!IsGuard(&edges[i], guard, &x)) continue;
    const float ratio = x * line_.step_px() / x_px;
    if (ratio > kXRatio || ratio * kXRatio < 1) continue;
    *hit = {line_.At(edges[i]), along, x * line_.step_px(), guard};
    *edge = i;
    best = away;
    found = true;
  }
  return found;
}

/// Appends to `down_` or `up_` what is seen from the seed on, which is the first of `down_`.
void GuardFinder::FollowOneWay(const Hit& seed, Point down, bool down_wards) {
  std::vector<Tracked>& points = down_wards ? down_ : up_;
  const bool start = seed.guard == Guard::kStart;
  Point at = seed.at;
  float x_px = seed.x_px;
  float lost = 0;
  for (size_t n = 0; n < kMostSteps; ++n) {
    if (n > 0 || !down_wards) {
      at = at + down * ((down_wards ? 1.0f : -1.0f) * std::max(1.0f, kStepX * x_px));
    }
    if (at.x < 0 || at.y < 0 || at.x > static_cast<float>(picture_.width) ||
        at.y > static_cast<float>(picture_.height)) {
      return;
    }
    const Point along{down.y, -down.x};
    const float before_x = start ? 4 : kCodewordModules + 4;
    const float behind_x = start ? kStartModules + kCodewordModules + 4 : kStopModules + 3;
    line_.Sample(at - along * (before_x * x_px), at + along * (behind_x * x_px), x_px);
    Hit hit;
    size_t edge = 0;
    bool seen = false;
    for (const float swing : {ElementFinder::kCoarse, ElementFinder::kFine}) {
      line_.Find(swing);
      seen = NearHit(at, kNearX * x_px, seed.guard, x_px, along, &hit, &edge);
      if (seen) break;
    }
    if (!seen) {
      lost += std::max(1.0f, kStepX * x_px) * (line_.edges().size() < 4 ? kLightWeight : 1);
      if (lost > kLostX * x_px) return;
      continue;
    }
    lost = 0;
    at = hit.at;
    x_px = 0.8f * x_px + 0.2f * hit.x_px;
    const std::span<const float> edges = line_.edges();
    const size_t indicator = start ? edge + kCodewordElements : edge - kCodewordElements;
    Tracked tracked{start ? line_.At(edges[edge + kCodewordElements]) : hit.at, along, hit.x_px,
                    -1};
    CodewordRead read;
    if ((start || edge >= kCodewordElements) && indicator + kCodewordElements < edges.size() &&
        std::abs((edges[indicator + kCodewordElements] - edges[indicator]) * line_.step_px() /
                     (kCodewordModules * hit.x_px) -
                 1) < 0.15f &&
        ReadCodeword(&edges[indicator], &read)) {
      tracked.row = read.value / 30 * 3 + read.cluster;
      const auto rest = static_cast<size_t>(read.value % 30);
      // Left: rows, level, columns; right: columns, rows, level (ISO/IEC 15438, row indicators).
      const int kind = start ? read.cluster : (read.cluster + 2) % 3;
      ++(kind == 0 ? votes_.rows_third : kind == 1 ? votes_.rest : votes_.cols)[rest];
    }
    points.push_back(tracked);
    if (points.size() > 5) {
      const Tracked& earlier = points[points.size() - std::min(points.size(), kDirectionPoints)];
      const Point way = (tracked.at - earlier.at) * (down_wards ? 1.0f : -1.0f);
      const float length = std::hypot(way.x, way.y);
      if (length > kDirectionX * x_px) down = way * (1 / length);
    }
  }
}

bool GuardFinder::Follow(const Hit& seed, Border* border) {
  down_.clear();
  up_.clear();
  const Point down = DownOf(seed);
  FollowOneWay(seed, down, true);
  FollowOneWay(seed, down, false);
  border->Clear();
  for (size_t i = up_.size(); i-- > 0;) border->Add(up_[i].at, up_[i].x_px, up_[i].row);
  for (const Tracked& p : down_) border->Add(p.at, p.x_px, p.row);
  return border->size() >= kLeastPoints && border->length() >= kLeastHeightX * border->x_px();
}

/// The other pattern, by lines from the known border at right angles to it; `along`: from there.
bool GuardFinder::FindOther(const Border& known, Guard wanted, Point along, Hit* hit) {
  const float x_px = known.x_px();
  for (const float part : {0.5f, 0.3f, 0.7f, 0.15f, 0.85f}) {
    const auto i = static_cast<size_t>(part * static_cast<float>(known.size() - 1));
    const Point from = known.at(i);
    const float length = LengthInside(picture_, from, along, kMostWidthX * x_px);
    const bool reads_on = wanted == Guard::kStop;
    const Point to = from + along * length;
    const Point reading = reads_on ? along : along * -1;
    line_.Sample(reads_on ? from : to, reads_on ? to : from, x_px);
    for (const float swing : {ElementFinder::kCoarse, ElementFinder::kFine}) {
      const std::span<const float> edges = line_.Find(swing);
      float best = std::numeric_limits<float>::max();
      for (size_t k = 0; k + kGuardEdges <= edges.size(); k += 2) {
        float x;
        if (!IsGuard(&edges[k], wanted, &x)) continue;
        const float ratio = x * line_.step_px() / x_px;
        if (ratio > kXRatio || ratio * kXRatio < 1) continue;
        const Point at = line_.At(edges[k]);
        const float away = Distance(at, from);
        // Two indicators and a column lie between.
        if (away > best || away < 2.5f * kCodewordModules * x_px) continue;
        best = away;
        *hit = {at, reading, x * line_.step_px(), wanted};
      }
      if (best < std::numeric_limits<float>::max()) return true;
    }
  }
  return false;
}

bool GuardFinder::Find(const FrameView& picture, const Place& place, FoundSymbol* found) {
  picture_ = picture;
  line_.Begin(picture, place.inverted);
  if (!Glance(place)) return false;
  // Those of start patterns first: what has no stop pattern has one.
  std::ranges::partition(hits_, [](const Hit& hit) { return hit.guard == Guard::kStart; });
  Border *known = nullptr, *other = nullptr;
  Hit seed;
  for (size_t i = 0; i < std::min(hits_.size(), kMostSeeds); ++i) {
    seed = hits_[i * hits_.size() / std::min(hits_.size(), kMostSeeds)];
    known = seed.guard == Guard::kStart ? &found->left : &found->right;
    votes_ = {};
    if (Follow(seed, known)) break;
    known = nullptr;
  }
  if (known == nullptr) return false;
  other = seed.guard == Guard::kStart ? &found->right : &found->left;
  // Rows lie as the place says, which knows the whole width; at right angles to the border where it
  // does not know.
  const Point down = known->Direction();
  Point along{down.y, -down.x};
  if (Dot(along, seed.along) > kSameDirection) along = seed.along;
  const bool start = seed.guard == Guard::kStart;
  Hit opposite;
  const bool both = FindOther(*known, start ? Guard::kStop : Guard::kStart,
                              start ? along : along * -1, &opposite) &&
                    [&] {
                      hits_.clear();
                      return Follow(opposite, other);
                    }();
  const int cols_vote = Winner(votes_.cols), third = Winner(votes_.rows_third),
            rest = Winner(votes_.rest);
  int cols = cols_vote + 1;
  const float x_px = both ? (known->x_px() + other->x_px()) / 2 : known->x_px();
  found->x_px = x_px;
  if (both) {
    const float width_x = Dot(other->at(other->size() / 2) - known->at(known->size() / 2),
                              start ? along : along * -1) /
                          x_px;
    const float told = static_cast<float>((cols + 2) * kCodewordModules);
    if (cols_vote < 0) {
      cols = static_cast<int>(std::lround(width_x / kCodewordModules)) - 2;
    } else if (std::abs(told - width_x) > kWidthRatio * width_x) {
      return false;
    }
  }
  if (cols < 1 || cols > kMostColumns) return false;
  if (third < 0 && rest < 0) return false;
  // Rows along the borders.
  const bool known_fits = known->FitRows(kRowsToFit);
  const bool other_fits = both && other->FitRows(kRowsToFit);
  if (!known_fits && !other_fits) return false;
  found->plan = {};
  for (int c = 0; c < cols + 2; ++c) found->plan.Add(ColumnKind::kCodeword);
  if (!both) {
    const float width = static_cast<float>(found->plan.modules) * x_px;
    other->Beside(*known, (start ? along : along * -1) * width);
  } else if (!known_fits) {
    known->RowsFrom(*other);
  } else if (!other_fits || known->Ascending() != other->Ascending()) {
    other->RowsFrom(*known);
  }
  found->cols = cols;
  if (third >= 0 && rest >= 0) {
    found->rows = third * 3 + rest % 3 + 1;
  } else {
    // One of the two is lost: as many rows as there is room for.
    const float seen = known->RowsSpanned();
    found->rows =
        third >= 0
            ? third * 3 + 1 + std::clamp(static_cast<int>(std::lround(seen)) - third * 3 - 1, 0, 2)
            : static_cast<int>(std::lround((seen - 1 - static_cast<float>(rest % 3)) / 3)) * 3 +
                  rest % 3 + 1;
  }
  if (found->rows < kLeastRows || found->rows > kMostRows) return false;
  found->first_cluster = 0;
  found->outer_left = kStartModules;
  found->outer_right = kStopModules;
  found->left_seen = start || both;
  found->right_seen = !start || both;
  found->variant = -1;
  return true;
}

}  // namespace veriline::symbology::pdf417
