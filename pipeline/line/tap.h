// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/batch/registry.h"
#include "pipeline/item/interfaces.h"
#include "pipeline/line/events.h"

namespace veriline::line {

/// Sees everything that a line decides by, where it passes: the frames as cameras deliver them,
/// and what the settler takes in, in the order in which it takes it. That order and what is in it
/// determine the settler's decisions (and nothing else does but recipe and batch), so whoever
/// kept it can have them again.
/// No member may block, throw, or take longer than a copy of what it is given.
/// Thread: OnFrame on the camera threads, OnEnd on the one that ends the line, queues on any, the
/// rest on the settler's thread.
class Tap {
 public:
  virtual ~Tap() = default;

  /// How many frames of each camera it may hold on to; asked once, before the first frame.
  virtual size_t frames_held() const = 0;
  /// An intact frame, before it is inspected. To keep the pixels, share the lease.
  virtual void OnFrame(const Frame& frame) = 0;

  /// Whether the line runs, before the events that follow.
  virtual void OnRunning(bool running) = 0;
  /// What the settler handles next.
  virtual void OnEvent(const Event& event) = 0;
  /// After these events: the belt has come to `count`.
  virtual void OnBelt(int64_t now_ns, int64_t count) = 0;
  /// The registry did not grant the code: another item holds it.
  virtual void OnHeld(const batch::CodeKey& key, const batch::ReserveAnswer& answer) = 0;
  /// The committer had no room for the claim of that item.
  virtual void OnClaimRefused(int lane, uint64_t item_seq) = 0;
  virtual void OnRecord(const item::InspectionRecord& record) = 0;

  /// The line ends: nothing more comes. Gives every frame back before it returns; may block.
  virtual void OnEnd() = 0;

  virtual std::vector<item::QueueStatus> queues() const = 0;
};

}  // namespace veriline::line
