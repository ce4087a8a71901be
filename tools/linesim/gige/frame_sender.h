// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "tools/linesim/random.h"

namespace veriline::linesim {

/// One frame on its way: what the packets are made of.
struct GvspFrame {
  uint16_t block_id = 0;
  uint64_t timestamp = 0;
  uint32_t pixel_format = 0;
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t offset_x = 0;
  uint32_t offset_y = 0;
  std::vector<uint8_t> payload;  ///< pixels, and behind them the chunks if any
  bool has_chunks = false;
  int64_t send_ns = 0;  ///< not before (the exposure ends then)
};

/// Sends frames as GVSP packets, paced to the speed of a link, loses the packets that it is told to
/// lose, and sends again what is asked for.
/// Source: GigE Vision 1.2, GVSP (16-bit block ids, 24-bit packet ids).
/// Thread: one.
class FrameSender {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  explicit FrameSender(double link_bps) : link_bps_(link_bps) {}
  ~FrameSender();
  FrameSender(const FrameSender&) = delete;
  FrameSender& operator=(const FrameSender&) = delete;

  /// False when there is no socket for the address.
  bool Bind(const in_addr& own);
  /// Where to, and how large a packet is with its IP, UDP and GVSP headers.
  void SetDestination(const sockaddr_in& to, uint32_t packet_bytes);
  /// Memory of a frame that can no longer be asked for; empty in the beginning.
  std::vector<uint8_t> Spare();
  /// Takes the frame; the one before it must have left.
  void Start(GvspFrame frame, int64_t now_ns);
  /// Forgets everything that has not left.
  void Stop();
  bool busy() const { return busy_; }
  /// When there is more to send: kNever when there is not.
  int64_t next_ns() const { return busy_ ? next_ns_ : kNever; }
  /// Sends what is due, a few packets at the most.
  void SendDue(int64_t now_ns);
  void Resend(uint16_t block_id, uint32_t first, uint32_t last);
  void SendTestPacket(bool do_not_fragment);

  // Faults.

  /// Each packet, resent ones too, is lost with this probability.
  void SetLoss(double ratio) { loss_ratio_ = ratio; }
  /// Packets [first, first + count) of each of the next `frames` frames are lost (0 = the leader);
  /// resent ones arrive unless `for_good`.
  void LosePackets(uint32_t first, uint32_t count, int frames, bool for_good);

  uint32_t packets_of(const GvspFrame& frame) const;

 private:
  /// A frame and which of its packets are lost.
  struct Held {
    GvspFrame frame;
    uint32_t lose_first = 0;
    uint32_t lose_count = 0;
    bool for_good = false;
  };
  bool Lost(const Held& held, uint32_t packet_id, bool again);
  void SendPacket(const GvspFrame& frame, uint32_t packet_id);
  uint32_t data_bytes() const;

  const double link_bps_;
  int fd_ = -1;
  sockaddr_in to_{};
  uint32_t packet_bytes_ = 1500;
  /// Frames that may be asked for again, the last of them on its way.
  std::deque<Held> held_;
  Held fault_;  ///< what the next frames lose
  int faulty_frames_ = 0;
  bool busy_ = false;
  uint32_t next_packet_ = 0;
  int64_t next_ns_ = 0;
  double loss_ratio_ = 0;
  Random random_{1, Stream::kNoise, 0};
};

}  // namespace veriline::linesim
