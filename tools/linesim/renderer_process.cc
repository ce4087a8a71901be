// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/renderer_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "tools/linesim/scene_renderer.h"
#include "tools/linesim/world.h"

namespace veriline::linesim {
namespace {
constexpr int kNice = 10;
}

Result<void> RunRenderer(FrameRing* ring) {
  if (auto attached = ring->Attach(); !attached) return attached;
  const World world(ring->config());
  const auto renderer = MakeRenderer(world, ring->mode(), ring->camera());
  const uint64_t shots = ShotsOf(world);
  for (uint64_t shot = 0; shot < shots; ++shot) {
    if (!world.ShotTruth(shot).delivered) continue;
    uint8_t* pixels = ring->BeginWrite();
    if (pixels == nullptr) break;
    renderer->Render(shot, pixels, world.scene().picture_width);
    ring->EndWrite(shot);
  }
  ring->Finish();
  return {};
}

RendererProcess& RendererProcess::operator=(RendererProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

RendererProcess::~RendererProcess() {
  if (pid_ < 0) return;
  // It holds nothing that would need an orderly end.
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Checked<RendererProcess> RendererProcess::Start(FrameRing* ring) {
  const pid_t parent = getpid();
  RendererProcess process;
  process.pid_ = fork();
  if (process.pid_ < 0) {
    return Fail(
        Diagnostic{.code = ErrorCode::kUnavailable,
                   .message = std::string("no process for the renderer: ") + strerror(errno),
                   .advice = "see the limit of processes (ulimit -u)"});
  }
  if (process.pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "linesim-render");
    // A camera takes no time from the cores that inspect: what is drawn ahead must wait for them.
    (void)setpriority(PRIO_PROCESS, 0, kNice);
    // The parent may have died before the line above.
    if (getppid() != parent) _exit(1);
    _exit(RunRenderer(ring) ? 0 : 1);
  }
  return process;
}

}  // namespace veriline::linesim
