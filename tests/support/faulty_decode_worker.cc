// SPDX-License-Identifier: Apache-2.0
// A decode worker that has bugs. A crop whose first pixels spell FAULT:NAME brings out the bug of
// that name; all others are decoded as ever. As its argument:
//   exit    ends before it listens
//   silent  never listens
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "vision/core/clock.h"
#include "vision/decode/crop_decoder.h"
#include "vision/decode/worker/serve.h"
#include "vision/decode/worker/shared_slot.h"

using namespace veriline;
using namespace veriline::decode;
using namespace veriline::decode::worker;

namespace {

/// What the bug says was read: a symbol with one thing wrong.
std::optional<Symbol> Nonsense(std::string_view what) {
  Symbol s;
  s.symbology = Symbology::kDataMatrix;
  s.decoder = Decoder::kZxing;
  s.set_identifier("]d1");
  s.payload.Assign("NONSENSE");
  s.text.Assign("NONSENSE");
  if (what == "symbology") s.symbology = static_cast<Symbology>(200);
  if (what == "unasked") s.symbology = Symbology::kQr;
  if (what == "decoder") s.decoder = static_cast<Decoder>(77);
  if (what == "identifier") s.set_identifier("\x01\xff\x02");
  if (what == "corner") s.quad.corners[2].x = std::numeric_limits<float>::quiet_NaN();
  if (what == "far") s.quad.corners[1].y = 1e9f;
  if (what == "rows") s.rows = -5;
  if (what == "text") s.text.Assign("\xc3\x28");
  return s;
}

/// Overwrites what it shares with its client and says that this is the answer.
[[noreturn]] void Scribble() {
  auto slot = SharedSlot::Attach(dup(kMemoryFd));
  std::memset(static_cast<void*>(&(*slot)->request), 0xee, sizeof(Request) + sizeof(Answer));
  (*slot)->answer.head.kind = AnswerKind::kSymbol;
  (*slot)->answer_seq.store((*slot)->request_seq.load());
  WakeSleeper((*slot)->answer_seq);
  for (;;) pause();
}

void Fail(std::string_view fault) {
  if (fault == "abort") abort();
  if (fault == "crash") raise(SIGSEGV);
  if (fault == "exit") _exit(3);
  if (fault == "sleep") {
    for (;;) pause();
  }
  if (fault == "scribble") Scribble();
  while (fault == "hang") {
  }
  // Late, and right: a hundred milliseconds without use of the processor.
  if (fault == "slow") SleepUntilNs(SteadyClock().NowNs() + 100'000'000);
}

class FaultyDecoder final : public CropDecoder {
 public:
  std::optional<Symbol> Zxing(const FrameView& crop, const ZxingOptions& options) override {
    const std::string_view fault = FaultOf(crop);
    if (fault.empty()) return good_.Zxing(crop, options);
    if (fault.starts_with("bad-")) return Nonsense(fault.substr(4));
    Fail(fault);
    return std::nullopt;
  }
  std::optional<Symbol> Dmtx(const FrameView& crop, const DmtxOptions& options) override {
    const std::string_view fault = FaultOf(crop);
    if (fault.empty()) return good_.Dmtx(crop, options);
    Fail(fault);
    return std::nullopt;
  }
  Counters counters() const override { return good_.counters(); }

 private:
  static std::string_view FaultOf(const FrameView& crop) {
    constexpr std::string_view kMark = "FAULT:";
    std::string_view text(reinterpret_cast<const char*>(crop.data),
                          static_cast<size_t>(crop.width));
    if (!text.starts_with(kMark)) return {};
    text.remove_prefix(kMark.size());
    return text.substr(0, text.find('\0'));
  }
  InProcessDecoder good_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "exit") return 1;
  if (mode == "silent") {
    for (;;) pause();
  }
  FaultyDecoder decoder;
  static_cast<void>(ServeDecodeWorker(decoder));
  return 2;
}
