// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/gige/frame_sender.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "tools/linesim/gige/big_endian.h"

namespace veriline::linesim {
namespace {

constexpr uint32_t kIpUdpBytes = 28;
constexpr uint32_t kHeaderBytes = 8;
/// Ethernet header, check sequence, preamble and gap: what a packet costs on the wire besides.
constexpr uint32_t kEthernetBytes = 38;
constexpr int kPacketsAtOnce = 32;
/// A driver asks tens of milliseconds later.
constexpr size_t kFramesHeld = 16;
constexpr uint8_t kLeader = 1;
constexpr uint8_t kTrailer = 2;
constexpr uint8_t kPayload = 3;
constexpr uint16_t kImage = 0x0001;
constexpr uint16_t kImageWithChunks = 0x4001;

}  // namespace

FrameSender::~FrameSender() {
  if (fd_ >= 0) close(fd_);
}

bool FrameSender::Bind(const in_addr& own) {
  fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr = own;
  const int wanted_bytes = 8 << 20;  // a burst waits here and not in sendmsg
  setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &wanted_bytes, sizeof wanted_bytes);
  return fd_ >= 0 && bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

void FrameSender::SetDestination(const sockaddr_in& to, uint32_t packet_bytes) {
  to_ = to;
  packet_bytes_ = std::max(packet_bytes, kIpUdpBytes + kHeaderBytes + 1);
}

uint32_t FrameSender::data_bytes() const { return packet_bytes_ - kIpUdpBytes - kHeaderBytes; }

uint32_t FrameSender::packets_of(const GvspFrame& frame) const {
  return (static_cast<uint32_t>(frame.payload.size()) + data_bytes() - 1) / data_bytes() + 2;
}

std::vector<uint8_t> FrameSender::Spare() {
  if (held_.size() < kFramesHeld) return {};
  std::vector<uint8_t> spare = std::move(held_.front().frame.payload);
  held_.pop_front();
  return spare;
}

void FrameSender::Start(GvspFrame frame, int64_t now_ns) {
  if (held_.size() >= kFramesHeld) held_.pop_front();
  held_.push_back(faulty_frames_ > 0 ? fault_ : Held{});
  faulty_frames_ = std::max(0, faulty_frames_ - 1);
  held_.back().frame = std::move(frame);
  next_packet_ = 0;
  next_ns_ = std::max(now_ns, held_.back().frame.send_ns);
  busy_ = true;
}

void FrameSender::Stop() {
  busy_ = false;
  held_.clear();
}

void FrameSender::LosePackets(uint32_t first, uint32_t count, int frames, bool for_good) {
  fault_ = {{}, first, count, for_good};
  faulty_frames_ = frames;
}

bool FrameSender::Lost(const Held& held, uint32_t packet_id, bool again) {
  if (loss_ratio_ > 0 && random_.Chance(loss_ratio_)) return true;
  return packet_id >= held.lose_first && packet_id - held.lose_first < held.lose_count &&
         (!again || held.for_good);
}

void FrameSender::SendDue(int64_t now_ns) {
  for (int sent = 0; busy_ && next_ns_ <= now_ns && sent < kPacketsAtOnce; ++sent) {
    const Held& held = held_.back();
    if (!Lost(held, next_packet_, false)) SendPacket(held.frame, next_packet_);
    if (link_bps_ > 0) {
      next_ns_ += static_cast<int64_t>((packet_bytes_ + kEthernetBytes) * 8e9 / link_bps_);
    }
    busy_ = ++next_packet_ < packets_of(held.frame);
  }
}

void FrameSender::Resend(uint16_t block_id, uint32_t first, uint32_t last) {
  const auto held = std::find_if(held_.begin(), held_.end(),
                                 [&](const Held& h) { return h.frame.block_id == block_id; });
  if (held == held_.end()) return;
  const bool on_its_way = busy_ && held + 1 == held_.end();
  const uint32_t left = on_its_way ? next_packet_ : packets_of(held->frame);
  for (uint32_t id = first; id <= last && id < left; ++id) {
    if (!Lost(*held, id, true)) SendPacket(held->frame, id);
  }
}

void FrameSender::SendPacket(const GvspFrame& frame, uint32_t packet_id) {
  uint8_t head[kHeaderBytes + 36] = {};
  PutBigEndian<uint16_t>(head + 2, frame.block_id);
  PutBigEndian<uint32_t>(head + 4, packet_id);
  iovec parts[2] = {{head, kHeaderBytes}, {nullptr, 0}};
  uint8_t* body = head + kHeaderBytes;
  const uint16_t type = frame.has_chunks ? kImageWithChunks : kImage;
  if (packet_id == 0) {
    head[4] = kLeader;
    PutBigEndian<uint16_t>(body + 2, type);
    PutBigEndian<uint64_t>(body + 4, frame.timestamp);
    PutBigEndian<uint32_t>(body + 12, frame.pixel_format);
    PutBigEndian<uint32_t>(body + 16, frame.width);
    PutBigEndian<uint32_t>(body + 20, frame.height);
    PutBigEndian<uint32_t>(body + 24, frame.offset_x);
    PutBigEndian<uint32_t>(body + 28, frame.offset_y);
    parts[0].iov_len = kHeaderBytes + 36;
  } else if (packet_id + 1 == packets_of(frame)) {
    head[4] = kTrailer;
    PutBigEndian<uint16_t>(body + 2, type);
    if (frame.has_chunks) {
      PutBigEndian<uint32_t>(body + 4, static_cast<uint32_t>(frame.payload.size()));
      PutBigEndian<uint32_t>(body + 8, frame.height);
    } else {
      PutBigEndian<uint32_t>(body + 4, frame.height);
    }
    parts[0].iov_len = kHeaderBytes + (frame.has_chunks ? 16 : 8);
  } else {
    head[4] = kPayload;
    const size_t from = size_t{packet_id - 1} * data_bytes();
    parts[1].iov_base = const_cast<uint8_t*>(frame.payload.data()) + from;
    parts[1].iov_len = std::min<size_t>(data_bytes(), frame.payload.size() - from);
  }
  msghdr message{};
  message.msg_name = &to_;
  message.msg_namelen = sizeof to_;
  message.msg_iov = parts;
  message.msg_iovlen = parts[1].iov_len > 0 ? 2 : 1;
  (void)!sendmsg(fd_, &message, 0);  // a packet that cannot leave is a lost packet
}

void FrameSender::SendTestPacket(bool do_not_fragment) {
  const int discover = do_not_fragment ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
  setsockopt(fd_, IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof discover);
  const std::vector<uint8_t> packet(packet_bytes_ - kIpUdpBytes);
  (void)!sendto(fd_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to_),
                sizeof to_);
}

}  // namespace veriline::linesim
