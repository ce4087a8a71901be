// SPDX-License-Identifier: Apache-2.0
// A simulated GigE Vision camera as a program. Says "ready" when it can be opened; then does what
// the lines of its standard input say, answering each with "done", until that ends:
//   pulse N              pulses on Line0, one when the last has been sent
//   line_rate HZ         pulses by itself
//   ignore N             the next N triggers
//   loss RATIO           of packets
//   lose FIRST COUNT FRAMES once|always   these packets of the next frames
//   mute 0|1             as if the cable were pulled
//   exposures            answers with the number of them
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <sstream>
#include <string>

#include "tools/linesim/gige/gige_device.h"

namespace veriline::linesim {
namespace {

/// A belt at an even speed, with an encoder and an eye that are wired to the camera.
struct Belt {
  double counts_per_s = 0;
  int64_t start = 0;
  int64_t pitch = 1000;
  int64_t item = 800;
  int eye_line = 1;
  int64_t made_ns = SteadyClock().NowNs();

  int64_t CountAt(int64_t ns) const {
    return start +
           static_cast<int64_t>(std::floor(static_cast<double>(ns - made_ns) * counts_per_s / 1e9));
  }
  GigeInputs Inputs() const {
    return {.encoder = [belt = *this](int64_t ns) { return belt.CountAt(ns); },
            .line_status =
                [belt = *this](int64_t ns) {
                  const bool covered = belt.CountAt(ns) % belt.pitch < belt.item;
                  return covered ? 1u << belt.eye_line : 0;
                }};
  }
};

/// False when the line says nothing that is known.
bool Obey(GigeDevice& device, const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  words >> verb;
  if (verb == "exposures") {
    std::cout << device.exposures() << std::endl;
    return true;
  }
  if (verb == "pulse") {
    int count = 0;
    words >> count;
    for (; count > 0; --count) {
      device.PulseLine();
      while (device.sender().busy()) device.Poll(-1);
    }
  } else if (verb == "line_rate") {
    double hz = 0;
    words >> hz;
    device.SetLineRate(hz);
  } else if (verb == "ignore") {
    int count = 0;
    words >> count;
    device.IgnoreTriggers(count);
  } else if (verb == "loss") {
    double ratio = 0;
    words >> ratio;
    device.sender().SetLoss(ratio);
  } else if (verb == "lose") {
    uint32_t first = 0, count = 0;
    int frames = 0;
    std::string how;
    words >> first >> count >> frames >> how;
    device.sender().LosePackets(first, count, frames, how == "always");
  } else if (verb == "mute") {
    int mute = 0;
    words >> mute;
    device.SetMute(mute != 0);
  } else {
    return false;
  }
  if (words.fail()) return false;
  std::cout << "done" << std::endl;
  return true;
}

/// Runs until the input ends.
int Serve(GigeDevice& device) {
  std::cout << "ready" << std::endl;
  std::string input;
  for (;;) {
    if (!device.Poll(STDIN_FILENO)) continue;
    char bytes[512];
    const ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
    if (size <= 0) return 0;
    input.append(bytes, static_cast<size_t>(size));
    for (size_t end = input.find('\n'); end != input.npos; end = input.find('\n')) {
      if (!Obey(device, input.substr(0, end))) {
        std::cerr << "not understood: " << input.substr(0, end) << std::endl;
        return 2;
      }
      input.erase(0, end + 1);
    }
  }
}

}  // namespace
}  // namespace veriline::linesim

int main(int argc, char** argv) {
  using namespace veriline::linesim;
  GigeDeviceOptions options;
  CLI::App app{"A simulated GigE Vision camera."};
  app.add_option("--address", options.address);
  app.add_option("--serial", options.serial);
  app.add_option("--width", options.sensor_width);
  app.add_option("--height", options.sensor_height);
  app.add_option("--line-rate", options.line_rate_hz);
  app.add_option("--link-bps", options.link_bps);
  app.add_option("--first-block-id", options.first_block_id);
  app.add_option("--clock-offset-ns", options.clock_offset_ns);
  app.add_option("--clock-ppm", options.clock_ppm);
  Belt belt;
  app.add_option("--belt-counts-per-s", belt.counts_per_s, "0: a count each microsecond");
  app.add_option("--belt-start", belt.start, "count of the encoder when the camera comes up");
  app.add_option("--belt-pitch", belt.pitch, "an item begins at each multiple of so many counts");
  app.add_option("--belt-item", belt.item, "and is so many long");
  app.add_option("--belt-eye-line", belt.eye_line, "high while an item covers it");
  CLI11_PARSE(app, argc, argv);
  auto device = GigeDevice::Open(options, {}, belt.counts_per_s > 0 ? belt.Inputs() : GigeInputs());
  if (!device) {
    std::cerr << device.error().ToString() << std::endl;
    return 1;
  }
  return Serve(**device);
}
