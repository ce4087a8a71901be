// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/stream_receiver.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "vision/core/thread.h"

namespace veriline::camera {
namespace {

constexpr size_t kSpareBuffers = 2;  // frames overlap while packets are asked for again
constexpr size_t kLatches = 4;

FrameStatus StatusOf(ArvBufferStatus status) {
  return status == ARV_BUFFER_STATUS_SUCCESS ? FrameStatus::kComplete : FrameStatus::kIncomplete;
}

}  // namespace

StreamReceiver::StreamReceiver(Config config, Acquisition& acquisition, FrameIds& ids,
                               DueWatch& watch, ReceiverGauges& gauges)
    : config_(std::move(config)),
      acquisition_(acquisition),
      ids_(ids),
      watch_(watch),
      gauges_(gauges),
      spare_memory_(kSpareBuffers * config_.payload_bytes),
      latches_(kLatches),
      encoder_(config_.counts_per_encoder_step) {
  slots_.reserve(acquisition_.context().pool->count() + kSpareBuffers);
}

StreamReceiver::Slot& StreamReceiver::AddSlot(uint8_t* data, bool spare) {
  auto slot = std::make_unique<Slot>();
  slot->data = data;
  slot->spare = spare;
  slot->buffer.reset(arv_buffer_new_full(config_.payload_bytes, data, slot.get(), nullptr));
  slots_.push_back(std::move(slot));
  return *slots_.back();
}

void StreamReceiver::Announce(ArvStream* stream) {
  stream_ = stream;
  for (size_t i = 0; i < kSpareBuffers; ++i) {
    AddSlot(spare_memory_.data() + i * config_.payload_bytes, /*spare=*/true);
  }
  AnnouncePool();
  AnnounceSpareWhenLow();
}

void StreamReceiver::Push(Slot& slot) {
  slot.announced = true;
  // What stays when the leader of a frame is lost.
  arv_buffer_set_frame_id(slot.buffer.get(), FrameIds::kUnknown);
  arv_buffer_set_timestamp(slot.buffer.get(), 0);
  arv_stream_push_buffer(stream_, ARV_BUFFER(g_object_ref(slot.buffer.get())));
}

void StreamReceiver::AnnouncePool() {
  FramePool& pool = *acquisition_.context().pool;
  for (const auto& slot : slots_) {
    if (slot->spare && slot->announced && !slot->lease) slot->lease = pool.Acquire();
  }
  while (FrameLease lease = pool.Acquire()) {
    const auto known = std::find_if(slots_.begin(), slots_.end(),
                                    [&](const auto& slot) { return slot->data == lease.data(); });
    Slot& slot = known != slots_.end() ? **known : AddSlot(lease.data(), /*spare=*/false);
    slot.lease = std::move(lease);
    Push(slot);
  }
}

void StreamReceiver::AnnounceSpareWhenLow() {
  gint waiting = 0;
  arv_stream_get_n_buffers(stream_, &waiting, nullptr);
  if (waiting > 0) return;
  const auto spare = std::find_if(slots_.begin(), slots_.end(),
                                  [](const auto& slot) { return slot->spare && !slot->announced; });
  if (spare != slots_.end()) Push(**spare);
}

void StreamReceiver::Latched(int64_t device_ns, int64_t heard_ns) {
  Latch oldest;
  while (!latches_.TryPush({device_ns, heard_ns})) latches_.TryPop(oldest);
}

void StreamReceiver::OnStream(ArvStreamCallbackType type) {
  switch (type) {
    case ARV_STREAM_CALLBACK_TYPE_INIT: {
      const auto name = "cam-" + std::to_string(acquisition_.context().camera_index) + "-rx";
      SetThreadName(name.c_str());
      RaiseThreadPriority();  // the kernel holds packets for a few frames' time only
      break;
    }
    case ARV_STREAM_CALLBACK_TYPE_START_BUFFER:
      OnBegin();
      break;
    case ARV_STREAM_CALLBACK_TYPE_BUFFER_DONE:
      OnDone();
      break;
    case ARV_STREAM_CALLBACK_TYPE_EXIT:
      break;
  }
}

void StreamReceiver::OnBegin() {
  guint64 underruns = 0;  // of packets
  arv_stream_get_statistics(stream_, nullptr, nullptr, &underruns);
  begun_[begun_in_++ % begun_.size()] = {acquisition_.context().clock->NowNs(), underruns};
  watch_.Began(steady_.NowNs());
  AnnounceSpareWhenLow();
}

void StreamReceiver::OnDone() {
  const GPtr<ArvBuffer> buffer(arv_stream_try_pop_buffer(stream_));
  if (!buffer) return;
  Begun begun{acquisition_.context().clock->NowNs(), underruns_};
  if (begun_out_ < begun_in_) begun = begun_[begun_out_++ % begun_.size()];
  auto& slot = *static_cast<Slot*>(const_cast<void*>(arv_buffer_get_user_data(buffer.get())));
  slot.announced = false;
  // Aborted: the stream ends, nobody is told of what was on its way.
  if (arv_buffer_get_status(buffer.get()) == ARV_BUFFER_STATUS_ABORTED) return;
  Take(buffer.get(), slot, begun);
  AnnouncePool();
  AnnounceSpareWhenLow();
}

int64_t StreamReceiver::ExposureNs(ArvBuffer* buffer, int64_t began_ns) {
  for (Latch latch; latches_.TryPop(latch);) clock_.Hear(latch.device_ns, latch.heard_ns);
  const auto device_ns = static_cast<int64_t>(arv_buffer_get_timestamp(buffer));
  if (device_ns == 0) return began_ns;
  clock_.Hear(device_ns, began_ns);
  return std::min(clock_.Map(device_ns), began_ns);
}

FrameView StreamReceiver::PixelsOf(ArvBuffer* buffer, uint8_t* data, FrameStatus* status) const {
  // Of a frame that is not complete the driver tells nothing.
  FrameView view{data, config_.width, config_.height, config_.width};
  if (*status == FrameStatus::kComplete) {
    if (arv_buffer_get_n_parts(buffer) == 0 ||
        arv_buffer_get_part_data_type(buffer, 0) != ARV_BUFFER_PART_DATA_TYPE_2D_IMAGE ||
        arv_buffer_get_part_pixel_format(buffer, 0) != ARV_PIXEL_FORMAT_MONO_8) {
      *status = FrameStatus::kBroken;
      return {};
    }
    int padding_x = 0, padding_y = 0;
    arv_buffer_get_part_padding(buffer, 0, &padding_x, &padding_y);
    view.width = arv_buffer_get_part_width(buffer, 0);
    view.height = arv_buffer_get_part_height(buffer, 0);
    view.stride = ptrdiff_t{view.width} + std::max(0, padding_x);
  }
  // The last row needs no padding behind it.
  const bool fits = !view.Empty() && static_cast<size_t>(view.stride) * (view.height - 1) +
                                             static_cast<size_t>(view.width) <=
                                         config_.payload_bytes;
  if (fits) return view;
  *status = FrameStatus::kBroken;
  return {};
}

void StreamReceiver::TakeChunks(const ChunkValues& values, FrameStamp* stamp) {
  if (values.encoder) {
    stamp->encoder_count = encoder_.CountAt(*values.encoder, stamp->encoder_count);
    stamp->encoder_count_end = stamp->encoder_count;
  }
  if (values.triggers) gauges_.triggers.store(*values.triggers, std::memory_order_relaxed);
  if (values.line_status) {
    gauges_.line_status.store(*values.line_status, std::memory_order_relaxed);
  }
  if (values.ignored_triggers) {
    const int64_t before = last_ignored_.value_or(*values.ignored_triggers);
    if (*values.ignored_triggers > before) {
      gauges_.ignored_triggers.fetch_add(static_cast<uint64_t>(*values.ignored_triggers - before),
                                         std::memory_order_relaxed);
    }
    last_ignored_ = values.ignored_triggers;
  }
}

void StreamReceiver::TellUnderruns(uint64_t underruns, uint64_t next_id, int64_t next_exposure_ns) {
  if (underruns != underruns_ && last_id_ > 0) {
    // Not lost on the way: they came, and the driver had no buffer, as frames that wait for packets
    // held them all. When they were exposed is guessed from their neighbours.
    const uint64_t steps = next_id - last_id_;
    for (uint64_t i = 1; i < steps; ++i) {
      const int64_t since_ns = (next_exposure_ns - last_exposure_ns_) * static_cast<int64_t>(i) /
                               static_cast<int64_t>(steps);
      acquisition_.Overrun(acquisition_.Stamp(last_id_ + i, last_exposure_ns_ + since_ns));
    }
  }
  underruns_ = underruns;
}

void StreamReceiver::Take(ArvBuffer* buffer, Slot& slot, const Begun& begun) {
  Frame frame;
  const int64_t exposure_ns = ExposureNs(buffer, begun.ns);
  gauges_.clock_spread_ns.store(begun.ns - exposure_ns, std::memory_order_relaxed);
  const uint64_t block_id = arv_buffer_get_frame_id(buffer);
  const uint64_t id = ids_.Next(block_id);
  // How many came before a frame of unknown id shows with the next one.
  if (block_id != FrameIds::kUnknown) TellUnderruns(begun.underruns, id, exposure_ns);
  last_id_ = id;
  last_exposure_ns_ = exposure_ns;
  const FrameStatus status = StatusOf(arv_buffer_get_status(buffer));
  ChunkValues chunks;
  if (config_.chunks && status == FrameStatus::kComplete) chunks = config_.chunks->Read(buffer);
  if (chunks.encoder && chunks.line_status) {
    // Before the stamp: an encoder that lives by these samples knows nothing of this exposure yet.
    acquisition_.context().sink->OnLineSample(
        {exposure_ns, *chunks.encoder, static_cast<uint32_t>(*chunks.line_status)});
  }
  frame.stamp = acquisition_.Stamp(id, exposure_ns);
  frame.stamp.status = status;
  TakeChunks(chunks, &frame.stamp);
  frame.lease = std::move(slot.lease);
  if (slot.spare) {
    if (!frame.lease) frame.lease = acquisition_.context().pool->Acquire();
    if (!frame.lease) {
      acquisition_.Overrun(frame.stamp);
      return;
    }
    std::memcpy(frame.lease.data(), slot.data, config_.payload_bytes);
    gauges_.copied.fetch_add(1, std::memory_order_relaxed);
  }
  frame.pixels = PixelsOf(buffer, frame.lease.data(), &frame.stamp.status);
  if (frame.stamp.status == FrameStatus::kBroken) frame.lease = {};
  acquisition_.Deliver(std::move(frame));
}

}  // namespace veriline::camera
