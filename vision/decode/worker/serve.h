// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vision/core/result.h"
#include "vision/decode/crop_decoder.h"

namespace veriline::decode::worker {

/// Descriptors of a worker process; it has no others but the three standard ones.
inline constexpr int kMemoryFd = 3;
inline constexpr int kLifeFd = 4;

/// What a worker says on its life line once it listens.
inline constexpr char kReadyWord = 'R';

/// Answers requests with `decoder` until the process that started this one is gone; never returns
/// then. Makes the process fit for it: it dies with its parent, takes no notice of the terminal's
/// signals, leaves no core and may not grow without bound.
/// Errors: kInvalidArgument when the descriptors are not those of a worker, that is when the
/// process was not started as one.
/// Thread: the process' only one.
Checked<void> ServeDecodeWorker(CropDecoder& decoder);

}  // namespace veriline::decode::worker
