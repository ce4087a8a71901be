// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "pipeline/item/policy.h"

namespace veriline::item {

/// Gathers reasons; the sentence of the one with the highest precedence is kept.
class Verdicts {
 public:
  void Add(RejectReason reason, std::string detail) {
    decision_.reasons.Add(reason);
    if (decision_.reasons.Primary() == reason) decision_.detail = std::move(detail);
  }
  Decision& decision() { return decision_; }

 private:
  Decision decision_;
};

}  // namespace veriline::item
