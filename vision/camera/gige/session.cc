// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/session.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <string_view>
#include <utility>

#include "vision/camera/gige/features.h"
#include "vision/core/clock.h"

namespace veriline::camera {
namespace {

constexpr uint16_t kControlPort = 3956;
constexpr int64_t kNsPerMs = 1'000'000;
constexpr double kNsPerS = 1e9;
constexpr int64_t kControlRetryNs = 250 * kNsPerMs;
/// A packet is asked for again when nothing of its frame has come for so long, and the frame is
/// given up after the second: good frames behind it wait as long (the driver keeps their order).
constexpr guint kPacketTimeoutUs = 10'000;
constexpr guint kFrameRetentionUs = 60'000;
/// A round trip longer than this says too little of when the clock was read.
constexpr int64_t kMostRoundTripNs = 2 * kNsPerMs;
/// Before the first frame; the best of them counts.
constexpr int kFirstLatches = 4;

/// Our own address on the way to `camera`; false when there is no way.
bool OwnAddressTo(const in_addr& camera, in_addr* own) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kControlPort);
  address.sin_addr = camera;
  socklen_t length = sizeof address;
  const bool known = fd >= 0 &&
                     connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  if (fd >= 0) close(fd);
  *own = address.sin_addr;
  return known;
}

GPtr<GInetAddress> ToGlib(const in_addr& address) {
  return GPtr<GInetAddress>(g_inet_address_new_from_bytes(reinterpret_cast<const guint8*>(&address),
                                                          G_SOCKET_FAMILY_IPV4));
}

}  // namespace

Checked<std::unique_ptr<Session>> Session::Connect(const GigeOptions& options,
                                                   int64_t patience_ns) {
  std::unique_ptr<Session> session(new Session(options));
  if (auto opened = session->Open(); !opened) return Fail(opened.error());
  if (auto taken = session->TakeControl(patience_ns); !taken) return Fail(taken.error());
  if (auto set = session->Set(); !set) return Fail(set.error());
  return session;
}

Session::~Session() { StopStream(/*tell_camera=*/false); }

Checked<void> Session::Open() {
  in_addr address{};
  const bool by_address = inet_pton(AF_INET, options_.device.c_str(), &address) == 1;
  if (auto opened = by_address ? OpenAddress(address) : OpenByName(); !opened) return opened;
  network_ = arv_camera_is_gv_device(camera_.get());
  if (network_) {
    GSocketAddress* found = arv_gv_device_get_device_address(ARV_GV_DEVICE(device()));
    GInetAddress* inet = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(found));
    std::copy_n(g_inet_address_to_bytes(inet), sizeof address, reinterpret_cast<guint8*>(&address));
    probe_.emplace(address);
  }
  return {};
}

Checked<void> Session::OpenAddress(const in_addr& address) {
  // Straight to the address: discovery by broadcast does not reach every network. Asked first,
  // because the driver waits long for nobody.
  in_addr own{};
  const bool known = OwnAddressTo(address, &own);
  if (!known || GvcpProbe(address).Ask() == GvcpProbe::Answer::kNone) {
    return Fail(Diagnostic{
        .code = ErrorCode::kUnavailable,
        .message = "no camera answers at this address",
        .advice = "check power, cable and address; arv-tool-0.8 lists the cameras in reach"});
  }
  GErrorSlot error;
  const GPtr<ArvDevice> device(
      arv_gv_device_new(ToGlib(own).get(), ToGlib(address).get(), error.out()));
  if (device) camera_.reset(arv_camera_new_with_device(device.get(), error.out()));
  if (camera_) return {};
  return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                         .message = "it cannot be opened: " + error.message(),
                         .advice = "check the connection"});
}

Checked<void> Session::OpenByName() {
  static std::mutex mutex;  // the driver's list is one for the process
  const std::lock_guard lock(mutex);
  arv_update_device_list();
  std::string found;
  for (unsigned i = 0; i < arv_get_n_devices(); ++i) {
    const auto text = [](const char* word) { return std::string(word != nullptr ? word : ""); };
    const std::string id = text(arv_get_device_id(i));
    const std::string serial = text(arv_get_device_serial_nbr(i));
    if (options_.device == id || options_.device == serial ||
        options_.device == text(arv_get_device_physical_id(i))) {
      GErrorSlot error;
      camera_.reset(arv_camera_new(id.c_str(), error.out()));
      if (camera_) return {};
      return Fail(Diagnostic{
          .code = ErrorCode::kUnavailable,
          .message = "it cannot be opened: " + error.message(),
          .advice = "check the connection; a USB camera needs the rights of its device file"});
    }
    found += (found.empty() ? "" : ", ") + id + " (" + text(arv_get_device_address(i)) + ")";
  }
  return Fail(Diagnostic{
      .code = ErrorCode::kUnavailable,
      .message = "there is no such camera in reach",
      .advice = found.empty() ? "none was found: check power and cable" : "found: " + found});
}

Checked<void> Session::TakeControl(int64_t patience_ns) {
  if (!network_) return {};
  ArvGvDevice* gv = ARV_GV_DEVICE(device());
  const SteadyClock clock;
  const int64_t give_up_ns = clock.NowNs() + patience_ns;
  while (!arv_gv_device_is_controller(gv)) {
    if (clock.NowNs() >= give_up_ns) {
      return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                             .message = "it is controlled by another program",
                             .advice = "end it; a camera has one controller"});
    }
    SleepUntilNs(clock.NowNs() + kControlRetryNs);
    arv_gv_device_take_control(gv, nullptr);
  }
  return {};
}

bool Session::Has(const char* feature) const {
  return arv_device_is_feature_available(device(), feature, nullptr);
}

double Session::NumberOf(const char* feature) const {
  const std::string name = FeatureOf(device(), feature);
  if (name.empty()) return 0;
  ArvGcNode* node = arv_device_get_feature(device(), name.c_str());
  if (ARV_IS_GC_FLOAT(node)) {
    return arv_device_get_float_feature_value(device(), name.c_str(), nullptr);
  }
  return ARV_IS_GC_INTEGER(node) ? static_cast<double>(arv_device_get_integer_feature_value(
                                       device(), name.c_str(), nullptr))
                                 : 0;
}

Checked<void> Session::SetTrigger() {
  if (options_.trigger_mode == TriggerMode::kOff) {
    GErrorSlot error;
    arv_camera_clear_triggers(camera_.get(), error.out());
    return {};  // a camera without triggers has none to clear
  }
  if (Has("TriggerSelector")) {
    if (auto set = SetFeature(device(), "TriggerSelector", "FrameStart"); !set) return set;
  }
  if (auto set = SetFeature(device(), "TriggerMode", "On"); !set) return set;
  if (options_.trigger_mode == TriggerMode::kHardware) return {};
  return SetFeature(device(), "TriggerSource", "Software");
}

Checked<void> Session::Set() {
  GErrorSlot error;
  if (Has("AcquisitionMode")) {
    if (auto set = SetFeature(device(), "AcquisitionMode", "Continuous"); !set) return set;
  }
  if (Has("PixelFormat")) {
    if (auto set = SetFeature(device(), "PixelFormat", "Mono8"); !set) return set;
  }
  if (auto set = SetTrigger(); !set) return set;
  for (const auto& [name, value] : options_.features) {
    if (auto set = SetFeature(device(), name, value); !set) return set;
  }
  if (auto enabled = EnableChunks(camera_.get(), options_.chunks); !enabled) return enabled;

  const char* format = arv_camera_get_pixel_format_as_string(camera_.get(), error.out());
  if (!error && format != nullptr && std::string_view(format) != "Mono8") {
    return Fail(Diagnostic{.message = std::string("the camera's PixelFormat is ") + format,
                           .advice = "only Mono8 can be inspected; leave PixelFormat out",
                           .key = "features.PixelFormat"});
  }
  if (options_.trigger_mode == TriggerMode::kHardware) {
    const char* source = arv_camera_get_trigger_source(camera_.get(), error.out());
    if (!error && source != nullptr && std::string_view(source) == "Software") {
      return Fail(Diagnostic{.message = "the camera waits for a software trigger, not for a wire",
                             .advice = "add TriggerSource (Line0 or the like) to its features",
                             .key = "features.TriggerSource"});
    }
  }
  gint x = 0, y = 0, width = 0, height = 0;
  arv_camera_get_region(camera_.get(), &x, &y, &width, &height, error.out());
  if (error) {
    return Fail(
        Diagnostic{.code = ErrorCode::kUnavailable,
                   .message = "the camera does not tell its Width and Height: " + error.message(),
                   .advice = "check the connection"});
  }
  const char* vendor = arv_camera_get_vendor_name(camera_.get(), nullptr);
  const char* model = arv_camera_get_model_name(camera_.get(), nullptr);
  info_ = {fmt::format("{} {}", vendor != nullptr ? vendor : "", model != nullptr ? model : ""),
           width, height};
  double rate_hz = options_.expected_frame_rate_hz;
  if (rate_hz == 0 && options_.trigger_mode == TriggerMode::kOff) {
    rate_hz = NumberOf("AcquisitionFrameRate");
  }
  frame_period_ns_ = rate_hz > 0 ? static_cast<int64_t>(kNsPerS / rate_hz) : 0;
  FindClock();
  return {};
}

void Session::FindClock() {
  ns_per_tick_ = 1;
  if (Has("TimestampLatch") && Has("TimestampLatchValue")) {  // SFNC 2
    latch_command_ = "TimestampLatch";
    latch_value_ = "TimestampLatchValue";
  } else if (Has("GevTimestampControlLatch") && Has("GevTimestampValue")) {
    latch_command_ = "GevTimestampControlLatch";
    latch_value_ = "GevTimestampValue";
  }
  if (network_) {
    const auto ticks_per_s =
        arv_gv_device_get_timestamp_tick_frequency(ARV_GV_DEVICE(device()), nullptr);
    if (ticks_per_s > 0) ns_per_tick_ = kNsPerS / static_cast<double>(ticks_per_s);
  }
}

void Session::LatchClock(const Clock& clock) {
  if (latch_command_ == nullptr || !receiver_) return;
  GErrorSlot error;
  const SteadyClock steady;
  const int64_t heard_ns = clock.NowNs();
  const int64_t asked_ns = steady.NowNs();
  arv_device_execute_command(device(), latch_command_, error.out());
  const int64_t round_trip_ns = steady.NowNs() - asked_ns;
  if (error || round_trip_ns > kMostRoundTripNs) return;
  const gint64 ticks = arv_device_get_integer_feature_value(device(), latch_value_, error.out());
  if (error || ticks <= 0) return;
  const auto device_ns =
      ns_per_tick_ == 1 ? ticks : static_cast<int64_t>(static_cast<double>(ticks) * ns_per_tick_);
  receiver_->Latched(device_ns, heard_ns + round_trip_ns / 2);
}

Checked<size_t> Session::PayloadBytes() {
  GErrorSlot error;
  const guint bytes = arv_camera_get_payload(camera_.get(), error.out());
  if (!error && bytes > 0) return size_t{bytes};
  return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                         .message = "the camera does not tell its PayloadSize: " + error.message(),
                         .advice = "check the connection"});
}

TransportFacts Session::Facts(size_t payload_bytes) const {
  TransportFacts facts;
  facts.network = network_;
  facts.frame_bytes = static_cast<int64_t>(payload_bytes);
  facts.frame_rate_hz = frame_period_ns_ > 0 ? kNsPerS / static_cast<double>(frame_period_ns_) : 0;
  if (network_) {
    facts.socket_buffer_asked_bytes = options_.socket_buffer_bytes;
    facts.socket_buffer_granted_bytes = socket_buffer_bytes_;
    facts.packet_size_bytes =
        static_cast<int>(arv_camera_gv_get_packet_size(camera_.get(), nullptr));
    facts.link_bps = NumberOf("GevLinkSpeed") * 1e6;  // SFNC 1: Mbit/s
  }
  if (facts.link_bps == 0) facts.link_bps = NumberOf("DeviceLinkSpeed") * 8;  // SFNC 2: bytes/s
  return facts;
}

Checked<void> Session::StartStream(Acquisition& acquisition, FrameIds& ids, DueWatch& watch,
                                   ReceiverGauges& gauges) {
  const auto payload_bytes = PayloadBytes();
  if (!payload_bytes) return Fail(payload_bytes.error());
  const size_t buffer_bytes = acquisition.context().pool->buffer_bytes();
  if (*payload_bytes > buffer_bytes) {
    return Fail(Diagnostic{
        .code = ErrorCode::kOutOfRange,
        .message = fmt::format("a frame of the camera ({} x {} px) takes {} bytes, a buffer has {}",
                               info_.width_max, info_.height_max, *payload_bytes, buffer_bytes),
        .advice = "raise max_frame_px, or lower Width and Height"});
  }
  GErrorSlot error;
  if (network_) {
    // The packet socket of the driver needs root, and hears nothing on a loopback.
    arv_camera_gv_set_stream_options(camera_.get(), ARV_GV_STREAM_OPTION_PACKET_SOCKET_DISABLED);
    if (options_.packet_size_bytes > 0) {
      arv_camera_gv_set_packet_size_adjustment(camera_.get(), ARV_GV_PACKET_SIZE_ADJUSTMENT_NEVER);
      arv_camera_gv_set_packet_size(camera_.get(), options_.packet_size_bytes, error.out());
      const int set = static_cast<int>(arv_camera_gv_get_packet_size(camera_.get(), nullptr));
      if (error || set != options_.packet_size_bytes) {
        return Fail(Diagnostic{.code = ErrorCode::kOutOfRange,
                               .message = fmt::format("the camera took packets of {} bytes for {}",
                                                      set, options_.packet_size_bytes),
                               .advice = "0 lets the largest be found that gets through",
                               .key = "packet_size_bytes"});
      }
    } else {
      arv_camera_gv_set_packet_size_adjustment(camera_.get(), ARV_GV_PACKET_SIZE_ADJUSTMENT_ONCE);
    }
  }
  StreamReceiver::Config config{.payload_bytes = *payload_bytes,
                                .width = info_.width_max,
                                .height = info_.height_max,
                                .counts_per_encoder_step = options_.counts_per_encoder_step};
  if (!options_.chunks.Empty()) {
    config.chunks = std::make_unique<ChunkReader>(device(), options_.chunks);
  }
  receiver_ = std::make_unique<StreamReceiver>(std::move(config), acquisition, ids, watch, gauges);
  gate_ = new Gate{receiver_.get()};  // the stream deletes it, also one that could not be made
  stream_.reset(arv_camera_create_stream_full(
      camera_.get(),
      [](void* data, ArvStreamCallbackType type, ArvBuffer*) {
        auto* receiver = static_cast<Gate*>(data)->receiver.load(std::memory_order_acquire);
        if (receiver != nullptr) receiver->OnStream(type);
      },
      gate_, [](gpointer data) { delete static_cast<Gate*>(data); }, error.out()));
  if (!stream_) {
    receiver_.reset();
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "no stream from the camera: " + error.message(),
                           .advice = "check the connection"});
  }
  if (network_) {
    socket_buffer_bytes_ = EnlargeSocketBuffer(arv_gv_stream_get_port(ARV_GV_STREAM(stream_.get())),
                                               options_.socket_buffer_bytes);
    g_object_set(stream_.get(), "packet-timeout", kPacketTimeoutUs, "frame-retention",
                 kFrameRetentionUs, nullptr);
  }
  receiver_->Announce(stream_.get());
  for (int i = 0; i < kFirstLatches; ++i) LatchClock(*acquisition.context().clock);
  advice_ = CheckTransport(Facts(*payload_bytes));
  arv_camera_start_acquisition(camera_.get(), error.out());
  if (error) {
    StopStream(/*tell_camera=*/false);
    return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                           .message = "the camera does not start: " + error.message(),
                           .advice = "check the connection"});
  }
  return {};
}

void Session::StopStream(bool tell_camera) {
  if (!receiver_) return;
  if (tell_camera) arv_camera_stop_acquisition(camera_.get(), nullptr);
  arv_stream_stop_thread(stream_.get(), /*delete_buffers=*/TRUE);
  gate_->receiver.store(nullptr, std::memory_order_release);
  receiver_.reset();
  // Its end expects a running thread; this one has no buffer and reaches nobody.
  arv_stream_start_thread(stream_.get());
  if (tell_camera) stream_.reset();
}

Checked<void> Session::TriggerSoftware() {
  GErrorSlot error;
  arv_camera_software_trigger(camera_.get(), error.out());
  if (!error) return {};
  return Fail(Diagnostic{.code = ErrorCode::kUnavailable,
                         .message = "a software trigger was not taken: " + error.message(),
                         .advice = "check the connection"});
}

bool Session::Alive() {
  if (probe_) return probe_->Ask() == GvcpProbe::Answer::kControlled;
  uint32_t word = 0;
  return arv_device_read_memory(device(), 0, sizeof word, &word, nullptr);
}

uint64_t Session::resent_packets() const {
  if (!network_ || !stream_) return 0;
  guint64 resent = 0;
  arv_gv_stream_get_statistics(ARV_GV_STREAM(stream_.get()), &resent, nullptr);
  return resent;
}

}  // namespace veriline::camera
