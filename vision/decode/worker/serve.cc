// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/worker/serve.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <optional>

#include "vision/decode/worker/shared_slot.h"

namespace veriline::decode::worker {
namespace {

#if !defined(__SANITIZE_ADDRESS__)
/// The binary and its libraries map a third of a gigabyte; a crop of 8 Mpx takes some tens of
/// megabytes.
constexpr rlim_t kMostMemoryBytes = rlim_t{2} << 30;
#endif

/// The other end of the life line is closed when the parent is gone, also when that was before
/// this process asked to be told.
bool ParentIsGone() {
  pollfd line{.fd = kLifeFd, .events = POLLIN};
  return poll(&line, 1, 0) != 0;
}

void Lower(int resource, rlim_t most) {
  rlimit limit{};
  if (getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return;
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < most) most = limit.rlim_max;
  limit = {most, most};
  setrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
}

void FitProcess() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  Lower(RLIMIT_CORE, 0);
#if !defined(__SANITIZE_ADDRESS__)  // which maps terabytes
  Lower(RLIMIT_AS, kMostMemoryBytes);
#endif
}

void Serve(const Request& request, const uint8_t* pixels, CropDecoder& decoder, Answer& answer) {
  const FrameView crop{pixels, request.width, request.height, request.width};
  if (request.kind == JobKind::kNothing) {
    WriteAnswer(std::nullopt, answer);
  } else if (const auto zxing = ZxingOptionsOf(request)) {
    WriteAnswer(decoder.Zxing(crop, *zxing), answer);
  } else if (const auto dmtx = DmtxOptionsOf(request)) {
    WriteAnswer(decoder.Dmtx(crop, *dmtx), answer);
  } else {
    answer.head = {.kind = AnswerKind::kRefused};
  }
}

}  // namespace

Checked<void> ServeDecodeWorker(CropDecoder& decoder) {
  auto attached = SharedSlot::Attach(kMemoryFd);
  if (!attached) return Fail(attached.error());
  Slot& slot = **attached;
  FitProcess();
  uint32_t served = slot.request_seq.load(std::memory_order_acquire);
  if (ParentIsGone() || write(kLifeFd, &kReadyWord, 1) != 1) _exit(0);
  for (;;) {
    const uint32_t asked = slot.request_seq.load(std::memory_order_acquire);
    if (asked == served) {
      SleepWhile(slot.request_seq, served, 0);
      continue;
    }
    const Request request = slot.request;
    try {
      Serve(request, slot.pixels.data(), decoder, slot.answer);
    } catch (const std::exception&) {  // out of memory: what is left of this process is of no use
      _exit(1);
    }
    served = asked;
    slot.answer_seq.store(served, std::memory_order_release);
    WakeSleeper(slot.answer_seq);
  }
}

}  // namespace veriline::decode::worker
