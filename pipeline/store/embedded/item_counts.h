// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace veriline::store {

// Numbers of the column `what` of the table item_count: schema.md.
inline constexpr int64_t kAcceptedItems = 0;
inline constexpr int64_t kRejectedRead = 100;    ///< + RejectReason
inline constexpr int64_t kRejectedUnread = 200;  ///< + RejectReason
inline constexpr int64_t kConfirmedItems = 300;  ///< + Outcome

}  // namespace veriline::store
