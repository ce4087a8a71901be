// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/gige/gige_device.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <utility>

#include "tools/linesim/gige/description.h"
#include "tools/linesim/random.h"

namespace veriline::linesim {
namespace {

constexpr uint16_t kControlPort = 3956;
constexpr uint8_t kKey = 0x42;
constexpr uint8_t kAcknowledge = 0x01;  ///< flag of a command: the sender wants an answer
constexpr size_t kHeadBytes = 8;
constexpr uint32_t kFireTestPacket = 1u << 31;
constexpr uint32_t kDoNotFragment = 1u << 30;
constexpr int64_t kNsPerS = 1'000'000'000;
constexpr int64_t kNsPerMs = 1'000'000;
constexpr int64_t kLongestWaitNs = 100 * kNsPerMs;

// Commands of GVCP; the answer to one has the next number.
constexpr uint16_t kDiscovery = 0x0002;
constexpr uint16_t kPacketResend = 0x0040;
constexpr uint16_t kReadRegister = 0x0080;
constexpr uint16_t kWriteRegister = 0x0082;
constexpr uint16_t kReadMemory = 0x0084;
constexpr uint16_t kWriteMemory = 0x0086;
constexpr uint32_t kDiscoveryBytes = 0xF8;

constexpr uint16_t kOk = 0;
constexpr uint16_t kNotImplemented = 0x8001;
constexpr uint16_t kInvalidParameter = 0x8002;
constexpr uint16_t kInvalidAddress = 0x8003;
constexpr uint16_t kAccessDenied = 0x8006;

bool Same(const sockaddr_in& a, const sockaddr_in& b) {
  return a.sin_port == b.sin_port && a.sin_addr.s_addr == b.sin_addr.s_addr;
}

void DrawStripes(const FrameTruth& truth, uint8_t* pixels, int width, int height) {
  for (int y = 1; y < height; ++y) {
    std::memset(pixels + static_cast<size_t>(y) * width, GreyOf(truth.index, y), width);
  }
}

}  // namespace

GigeDevice::GigeDevice(GigeDeviceOptions options, Draw draw, GigeInputs inputs)
    : options_(std::move(options)),
      draw_(draw ? std::move(draw) : Draw(DrawStripes)),
      inputs_(std::move(inputs)),
      made_ns_(clock_.NowNs()),
      registers_(DescribeGigeCamera()),
      sender_(options_.link_bps) {
  GigeRegisters& r = registers_;
  r.Set(reg::kVersion, 0x00010002);
  r.Set(reg::kDeviceMode, 0x80000001);
  r.Set(reg::kMacHigh, 0x0200);
  r.Set(reg::kMacLow, static_cast<uint32_t>(Mix(std::hash<std::string>{}(options_.serial))));
  in_addr own{};
  inet_pton(AF_INET, options_.address.c_str(), &own);
  r.Set(reg::kCurrentIp, ntohl(own.s_addr));
  r.Set(reg::kSubnetMask, 0xFF000000);
  r.SetText(reg::kManufacturer, "Veriline");
  r.SetText(reg::kModel, "Simulated GigE");
  r.SetText(reg::kDeviceVersion, "1");
  r.SetText(reg::kSerial, options_.serial.substr(0, 15));
  char url[128];
  snprintf(url, sizeof url, "Local:simulated.xml;%x;%zx", reg::kDescription, r.description_bytes());
  r.SetText(reg::kFirstUrl, url);
  r.Set(reg::kInterfaces, 1);
  r.Set(reg::kStreamChannels, 1);
  r.Set(reg::kCapability, 0b110);  // packet resend, write memory
  r.Set(reg::kHeartbeatTimeout, 3000);
  r.Set(reg::kTickFrequencyLow, kNsPerS);
  r.Set(reg::kPacketSize, 1500);
  r.Set(reg::kSensorWidth, options_.sensor_width);
  r.Set(reg::kSensorHeight, options_.sensor_height);
  r.Set(reg::kWidth, options_.sensor_width);
  r.Set(reg::kHeight, options_.sensor_height);
  r.Set(reg::kPixelFormat, kPixelFormatMono8);
  r.SetFloat(reg::kExposureTime, 200);
  r.SetFloat(reg::kFrameRate, 10);
  r.Set(reg::kPayloadSize, PayloadBytes());
  SetLineRate(options_.line_rate_hz);
}

GigeDevice::~GigeDevice() {
  if (control_fd_ >= 0) close(control_fd_);
}

Checked<std::unique_ptr<GigeDevice>> GigeDevice::Open(GigeDeviceOptions options, Draw draw,
                                                      GigeInputs inputs) {
  std::unique_ptr<GigeDevice> device(
      new GigeDevice(std::move(options), std::move(draw), std::move(inputs)));
  if (auto bound = device->Bind(); !bound) return Fail(bound.error());
  return device;
}

Checked<void> GigeDevice::Bind() {
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_port = htons(kControlPort);
  const bool parsed = inet_pton(AF_INET, options_.address.c_str(), &own.sin_addr) == 1;
  control_fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (!parsed || control_fd_ < 0 ||
      bind(control_fd_, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0 ||
      !sender_.Bind(own.sin_addr)) {
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "a simulated camera cannot be at " + options_.address + ": " +
                                      (parsed ? strerror(errno) : "no IPv4 address"),
                           .advice = "give an address of this machine that no other camera has"});
  }
  return {};
}

bool GigeDevice::Poll(int wake_fd, int64_t until_ns) {
  const int64_t now_ns = clock_.NowNs();
  const int64_t due_ns = std::min(NextDueNs(), until_ns);
  const int64_t wait_ns = due_ns <= now_ns ? 0 : std::min(due_ns - now_ns, kLongestWaitNs);
  const timespec wait{0, wait_ns};
  pollfd fds[2] = {{control_fd_, POLLIN, 0}, {wake_fd, POLLIN, 0}};
  const int ready = ppoll(fds, wake_fd >= 0 ? 2 : 1, &wait, nullptr);
  if (ready > 0 && fds[0].revents != 0) Receive();
  DoWhatIsDue();
  return ready > 0 && fds[1].revents != 0;
}

// ---- commands ---------------------------------------------------------------------------------

void GigeDevice::Receive() {
  uint8_t packet[2048];
  sockaddr_in from{};
  socklen_t length = sizeof from;
  const ssize_t size = recvfrom(control_fd_, packet, sizeof packet, MSG_DONTWAIT,
                                reinterpret_cast<sockaddr*>(&from), &length);
  if (size >= static_cast<ssize_t>(kHeadBytes) && packet[0] == kKey && !mute_) {
    Handle(from, packet, static_cast<size_t>(size));
  }
}

void GigeDevice::Handle(const sockaddr_in& from, const uint8_t* packet, size_t size) {
  const auto command = GetBigEndian<uint16_t>(packet + 2);
  const uint8_t* in = packet + kHeadBytes;
  const size_t bytes = std::min<size_t>(size - kHeadBytes, GetBigEndian<uint16_t>(packet + 4));
  if (Same(from, controller_)) heard_ns_ = clock_.NowNs();
  std::vector<uint8_t> out(kHeadBytes);
  uint16_t status = kOk;
  switch (command) {
    case kDiscovery:
      out.resize(kHeadBytes + kDiscoveryBytes);
      registers_.Read(0, kDiscoveryBytes, out.data() + kHeadBytes);
      break;
    case kReadRegister:
      status = ReadRegisters(in, bytes, &out);
      break;
    case kWriteRegister:
      out.resize(kHeadBytes + 4);
      status = WriteRegisters(from, in, bytes);
      break;
    case kReadMemory:
      status = ReadMemory(in, bytes, &out);
      break;
    case kWriteMemory:
      out.resize(kHeadBytes + 4);
      status = WriteMemory(from, in, bytes);
      break;
    case kPacketResend:
      if (bytes >= 12) {
        sender_.Resend(GetBigEndian<uint16_t>(in + 2), GetBigEndian<uint32_t>(in + 4) & 0xFFFFFF,
                       GetBigEndian<uint32_t>(in + 8) & 0xFFFFFF);
      }
      return;
    default:
      status = kNotImplemented;
  }
  if ((packet[1] & kAcknowledge) == 0) return;
  if (status != kOk) out.resize(kHeadBytes);
  PutBigEndian<uint16_t>(out.data(), status);
  PutBigEndian<uint16_t>(out.data() + 2, command + 1);
  PutBigEndian<uint16_t>(out.data() + 4, static_cast<uint16_t>(out.size() - kHeadBytes));
  std::copy_n(packet + 6, 2, out.data() + 6);
  (void)!sendto(control_fd_, out.data(), out.size(), 0, reinterpret_cast<const sockaddr*>(&from),
                sizeof from);
}

bool GigeDevice::HasControl(const sockaddr_in& from) const {
  return registers_.Get(reg::kControlPrivilege) == 0 || Same(from, controller_);
}

uint16_t GigeDevice::ReadRegisters(const uint8_t* in, size_t size, std::vector<uint8_t>* out) {
  for (size_t at = 0; at + 4 <= size; at += 4) {
    uint8_t value[4];
    if (!registers_.Read(GetBigEndian<uint32_t>(in + at), 4, value)) return kInvalidAddress;
    out->insert(out->end(), value, value + 4);
  }
  return kOk;
}

uint16_t GigeDevice::WriteRegisters(const sockaddr_in& from, const uint8_t* in, size_t size) {
  for (size_t at = 0; at + 8 <= size; at += 8) {
    const auto address = GetBigEndian<uint32_t>(in + at);
    if (!HasControl(from)) return kAccessDenied;
    if (!registers_.Write(address, 4, in + at + 4)) return kInvalidAddress;
    OnWritten(from, address);
  }
  return kOk;
}

uint16_t GigeDevice::ReadMemory(const uint8_t* in, size_t size, std::vector<uint8_t>* out) {
  if (size < 8) return kInvalidParameter;
  const auto bytes = GetBigEndian<uint16_t>(in + 6);
  out->insert(out->end(), in, in + 4);
  out->resize(kHeadBytes + 4 + bytes);
  return registers_.Read(GetBigEndian<uint32_t>(in), bytes, out->data() + kHeadBytes + 4)
             ? kOk
             : kInvalidAddress;
}

uint16_t GigeDevice::WriteMemory(const sockaddr_in& from, const uint8_t* in, size_t size) {
  if (size < 8) return kInvalidParameter;
  const auto address = GetBigEndian<uint32_t>(in);
  if (!HasControl(from)) return kAccessDenied;
  if (!registers_.Write(address, static_cast<uint32_t>(size - 4), in + 4)) return kInvalidAddress;
  OnWritten(from, address);
  return kOk;
}

void GigeDevice::OnWritten(const sockaddr_in& from, uint32_t address) {
  const uint32_t value = registers_.Get(address);
  switch (address) {
    case reg::kControlPrivilege:
      if (value == 0) {
        Release();
      } else {
        controller_ = from;
        heard_ns_ = clock_.NowNs();
      }
      break;
    case reg::kPacketSize:
    case reg::kStreamAddress:
    case reg::kStreamPort: {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(static_cast<uint16_t>(registers_.Get(reg::kStreamPort)));
      to.sin_addr.s_addr = htonl(registers_.Get(reg::kStreamAddress));
      const uint32_t size = registers_.Get(reg::kPacketSize);
      sender_.SetDestination(to, size & 0xFFFF);
      if ((size & kFireTestPacket) != 0) {
        registers_.Set(reg::kPacketSize, size & ~kFireTestPacket);
        sender_.SendTestPacket((size & kDoNotFragment) != 0);
      }
      break;
    }
    case reg::kTimestampControl:
      if ((value & 2) != 0) {
        const uint64_t time = DeviceTime(clock_.NowNs());
        registers_.Set(reg::kTimestampHigh, static_cast<uint32_t>(time >> 32));
        registers_.Set(reg::kTimestampLow, static_cast<uint32_t>(time));
      }
      break;
    case reg::kAcquisition:
      Acquire(value != 0);
      break;
    case reg::kTriggerSoftware:
      if (registers_.Get(reg::kTriggerSource) == 0) OnTrigger(/*line=*/false, clock_.NowNs());
      break;
    default:
      break;
  }
  registers_.Set(reg::kPayloadSize, PayloadBytes());
}

void GigeDevice::Release() {
  registers_.Set(reg::kControlPrivilege, 0);
  controller_ = {};
  Acquire(false);
}

// ---- exposures --------------------------------------------------------------------------------

void GigeDevice::Acquire(bool on) {
  if (on && !acquiring_) {
    index_ = triggers_ = ignored_ = 0;
    block_id_ = static_cast<uint16_t>(options_.first_block_id - 1);
    next_frame_ns_ = clock_.NowNs();
  }
  acquiring_ = on;
  if (!on) sender_.Stop();
}

bool GigeDevice::FreeRunning() const {
  return acquiring_ && registers_.Get(reg::kTriggerMode) == 0;
}

void GigeDevice::SetLineRate(double hz) {
  line_rate_hz_ = hz;
  next_pulse_ns_ = clock_.NowNs();
}

void GigeDevice::OnTrigger(bool line, int64_t at_ns) {
  if (!acquiring_ || FreeRunning()) return;
  if (line && registers_.Get(reg::kTriggerSource) != 1) return;
  ++triggers_;
  if (ignore_ > 0 || sender_.busy()) {
    ignore_ = std::max(0, ignore_ - 1);
    ++ignored_;
    return;
  }
  Expose(at_ns);
}

uint64_t GigeDevice::DeviceTime(int64_t steady_ns) const {
  const auto since_ns = static_cast<double>(steady_ns - made_ns_);
  return static_cast<uint64_t>(steady_ns + options_.clock_offset_ns +
                               static_cast<int64_t>(since_ns * options_.clock_ppm * 1e-6));
}

uint32_t GigeDevice::PayloadBytes() const {
  uint32_t bytes = registers_.Get(reg::kWidth) * registers_.Get(reg::kHeight);
  if (registers_.Get(reg::kChunkModeActive) == 0) return bytes;
  bytes += 8;  // the image is a chunk, too
  for (int i = 0; i < kGigeChunks; ++i) {
    if (registers_.Get(reg::kChunkEnable + 4 * i) != 0) bytes += 12;
  }
  return bytes;
}

void GigeDevice::Expose(int64_t exposure_ns) {
  GvspFrame frame;
  ++index_;
  block_id_ = block_id_ == 0xFFFF ? 1 : block_id_ + 1;
  frame.block_id = block_id_;
  frame.timestamp = DeviceTime(exposure_ns);
  frame.pixel_format = registers_.Get(reg::kPixelFormat);
  frame.width = registers_.Get(reg::kWidth);
  frame.height = registers_.Get(reg::kHeight);
  frame.offset_x = registers_.Get(reg::kOffsetX);
  frame.offset_y = registers_.Get(reg::kOffsetY);
  frame.has_chunks = registers_.Get(reg::kChunkModeActive) != 0;
  frame.send_ns = exposure_ns + static_cast<int64_t>(registers_.GetFloat(reg::kExposureTime) * 1e3);
  frame.payload = sender_.Spare();
  const size_t image_bytes = size_t{frame.width} * frame.height;
  frame.payload.resize(image_bytes);
  const FrameTruth truth{
      .index = index_, .exposure_ns = exposure_ns, .encoder_count = inputs_.encoder(exposure_ns)};
  draw_(truth, frame.payload.data(), static_cast<int>(frame.width), static_cast<int>(frame.height));
  if (frame.width >= sizeof truth) PutTruth(truth, frame.payload.data());
  if (frame.has_chunks) {
    const std::vector<uint8_t> chunks = Chunks(truth);
    frame.payload.insert(frame.payload.end(), chunks.begin(), chunks.end());
  }
  if (!mute_) sender_.Start(std::move(frame), clock_.NowNs());
}

std::vector<uint8_t> GigeDevice::Chunks(const FrameTruth& truth) const {
  // Each chunk is its data with its id and length behind it.
  std::vector<uint8_t> out(8);
  PutBigEndian<uint32_t>(out.data(), kImageChunkId);
  PutBigEndian<uint32_t>(out.data() + 4,
                         registers_.Get(reg::kWidth) * registers_.Get(reg::kHeight));
  const std::array<uint32_t, kGigeChunks> values = {static_cast<uint32_t>(truth.encoder_count),
                                                    triggers_, ignored_,
                                                    inputs_.line_status(truth.exposure_ns)};
  for (int i = 0; i < kGigeChunks; ++i) {
    if (registers_.Get(reg::kChunkEnable + 4 * i) == 0) continue;
    uint8_t chunk[12];
    PutBigEndian<uint32_t>(chunk, values[i]);
    PutBigEndian<uint32_t>(chunk + 4, ChunkIdOf(i));
    PutBigEndian<uint32_t>(chunk + 8, 4);
    out.insert(out.end(), chunk, chunk + 12);
  }
  return out;
}

int64_t GigeDevice::NextDueNs() const {
  int64_t due_ns = sender_.next_ns();
  if (FreeRunning() && !sender_.busy()) due_ns = std::min(due_ns, next_frame_ns_);
  if (line_rate_hz_ > 0) due_ns = std::min(due_ns, next_pulse_ns_);
  return due_ns;
}

void GigeDevice::DoWhatIsDue() {
  const int64_t now_ns = clock_.NowNs();
  const int64_t silent_ns = now_ns - heard_ns_;
  if (controller_.sin_port != 0 &&
      silent_ns > registers_.Get(reg::kHeartbeatTimeout) * int64_t{kNsPerMs}) {
    Release();
  }
  if (mute_) sender_.Stop();
  sender_.SendDue(now_ns);
  if (FreeRunning() && !sender_.busy() && now_ns >= next_frame_ns_) {
    const auto period_ns = static_cast<int64_t>(kNsPerS / registers_.GetFloat(reg::kFrameRate));
    // On its grid while the link keeps up.
    next_frame_ns_ = std::max(next_frame_ns_ + period_ns, now_ns);
    Expose(now_ns);
  }
  if (line_rate_hz_ > 0 && now_ns >= next_pulse_ns_) {
    next_pulse_ns_ += static_cast<int64_t>(kNsPerS / line_rate_hz_);
    OnTrigger(/*line=*/true, now_ns);
  }
}

}  // namespace veriline::linesim
