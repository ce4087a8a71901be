// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "pipeline/item/trigger_feed.h"
#include "tests/support/even_belt.h"
#include "vision/core/clock.h"

namespace veriline::item {

/// A PLC beside an even belt: tells the encoder each `period_ns` and each edge when it happens; a
/// message takes between `least_delay_ns` and `most_delay_ns`, and none overtakes another.
class PlcBelt {
 public:
  struct Config {
    int64_t period_ns = 10'000'000;
    int64_t least_delay_ns = 200'000;
    int64_t most_delay_ns = 2'000'000;
    bool has_clock = true;
    int64_t clock_offset_ns = -987'654'321'000;
  };

  PlcBelt(const Config& config, const EvenBelt& belt, const Clock& clock, TriggerFeed& feed)
      : config_(config), belt_(belt), clock_(clock), feed_(feed), next_ns_(EvenBelt::kStartNs) {}

  void Plug(bool plugged) { plugged_ = plugged; }

  /// Sends what happened until now and delivers what has arrived.
  void Run() {
    const int64_t now_ns = clock_.NowNs();
    while (next_ns_ <= now_ns || (edge_ < belt_.edges.size() && EdgeNs() <= now_ns)) {
      if (edge_ < belt_.edges.size() && EdgeNs() < next_ns_) {
        SendEdge(belt_.edges[edge_++]);
      } else {
        SendCount(next_ns_);
        next_ns_ += config_.period_ns;
      }
    }
    while (!wire_.empty() && wire_.front().arrival_ns <= now_ns) {
      const Checked<void> told = wire_.front().tell();
      EXPECT_TRUE(told) << told.error().ToString();
      wire_.pop_front();
    }
  }

 private:
  struct Message {
    int64_t arrival_ns;
    std::function<Checked<void>()> tell;
  };
  int64_t EdgeNs() const { return belt_.edges[edge_].time_ns; }
  std::optional<int64_t> PlcTime(int64_t ns) const {
    if (!config_.has_clock) return std::nullopt;
    return ns + config_.clock_offset_ns;
  }
  void SendCount(int64_t ns) {
    const auto count = static_cast<int64_t>(std::floor(belt_.ExactCount(ns)));
    Send(ns, [this, count, ns] {
      return feed_.Tell(TriggerFeed::Encoder{.count = count, .plc_ns = PlcTime(ns)});
    });
  }
  void SendEdge(const EyeEdge& edge) {
    Send(edge.time_ns, [this, edge] {
      return feed_.Tell(TriggerFeed::Edge{.lane = edge.lane,
                                          .rising = edge.rising,
                                          .count = edge.count,
                                          .plc_ns = PlcTime(edge.time_ns)});
    });
  }
  void Send(int64_t ns, std::function<Checked<void>()> tell) {
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;
    const int64_t span_ns = config_.most_delay_ns - config_.least_delay_ns + 1;
    const int64_t delay_ns = config_.least_delay_ns +
                             static_cast<int64_t>((random_ >> 33) % static_cast<uint64_t>(span_ns));
    last_arrival_ns_ = std::max(last_arrival_ns_, ns + delay_ns);
    if (plugged_) wire_.push_back({last_arrival_ns_, std::move(tell)});
  }

  const Config config_;
  const EvenBelt belt_;
  const Clock& clock_;
  TriggerFeed& feed_;
  bool plugged_ = true;
  int64_t next_ns_;
  size_t edge_ = 0;
  int64_t last_arrival_ns_ = 0;
  uint64_t random_ = 7;
  std::deque<Message> wire_;
};

}  // namespace veriline::item
