// SPDX-License-Identifier: Apache-2.0
#include "vision/locate/blobs.h"

#include <algorithm>
#include <bit>

namespace veriline::locate {

int BlobFinder::RootOf(int label) {
  const auto parent = [&](int l) -> int& { return parents_[static_cast<size_t>(l)]; };
  while (parent(label) != label) label = parent(label) = parent(parent(label));
  return label;
}

void BlobFinder::Add(int x0, int x1, int y, size_t* above) {
  // Runs of the row above that touch this one, also at a corner; the last of them may touch the
  // next run too.
  while (*above < runs_above_.size() && runs_above_[*above].x1 < x0) ++*above;
  int own = -1;
  for (size_t i = *above; i < runs_above_.size() && runs_above_[i].x0 <= x1; ++i) {
    const int other = RootOf(runs_above_[i].label);
    if (own < 0) {
      own = other;
    } else if (other != own) {
      Blob& to = blobs_[static_cast<size_t>(own)];
      const Blob& from = blobs_[static_cast<size_t>(other)];
      to.x0 = std::min(to.x0, from.x0), to.x1 = std::max(to.x1, from.x1);
      to.y0 = std::min(to.y0, from.y0), to.y1 = std::max(to.y1, from.y1);
      to.count += from.count;
      parents_[static_cast<size_t>(other)] = own;
    }
  }
  const auto cells = static_cast<uint32_t>(x1 - x0);
  if (own < 0) {
    own = static_cast<int>(blobs_.size());
    blobs_.push_back({x0, y, x1, y + 1, cells});
    parents_.push_back(own);
  } else {
    Blob& blob = blobs_[static_cast<size_t>(own)];
    blob.x0 = std::min(blob.x0, x0), blob.x1 = std::max(blob.x1, x1);
    blob.y1 = y + 1;
    blob.count += cells;
  }
  runs_.push_back({x0, x1, own});
}

void BlobFinder::AddRow(const uint64_t* words, int count, int y) {
  runs_.clear();
  size_t above = 0;
  int open = -1;  // where a run began that reached the end of its word
  for (int w = 0; w < count; ++w) {
    uint64_t bits = words[w];
    int x = w * 64;
    if (open >= 0) {
      const int length = std::countr_one(bits);
      if (length == 64) continue;
      Add(open, x + length, y, &above);
      open = -1;
      bits &= ~uint64_t{0} << length;
    }
    while (bits != 0) {
      const int begin = std::countr_zero(bits);
      const int length = std::countr_one(bits >> begin);
      if (begin + length == 64) {
        open = x + begin;
        break;
      }
      Add(x + begin, x + begin + length, y, &above);
      bits &= ~uint64_t{0} << (begin + length);
    }
  }
  if (open >= 0) Add(open, count * 64, y, &above);
  runs_.swap(runs_above_);
}

std::span<const Blob> BlobFinder::Find(const BlockMask& mask) {
  blobs_.clear();
  parents_.clear();
  runs_above_.clear();
  for (int y = 0; y < mask.rows; ++y) AddRow(mask.Row(y), mask.words, y);
  size_t roots = 0;
  for (size_t i = 0; i < blobs_.size(); ++i) {
    if (parents_[i] == static_cast<int>(i)) blobs_[roots++] = blobs_[i];
  }
  return {blobs_.data(), roots};
}

}  // namespace veriline::locate
