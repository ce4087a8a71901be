// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "pipeline/batch/registry.h"
#include "pipeline/item/record_store.h"

namespace veriline::store {

// What every store holds to, whatever it is made of. Pure functions, any thread.

/// Where an outcome takes a code from its state; nothing = it stays as it is.
std::optional<batch::CodeState> NextState(batch::CodeState state, item::Outcome outcome);

// What is counted of the items of a batch, by number: they stand in stores.
inline constexpr int64_t kAcceptedItems = 0;
inline constexpr int64_t kRejectedRead = 100;    ///< + RejectReason: an identity code was read
inline constexpr int64_t kRejectedUnread = 200;  ///< + RejectReason: none was
inline constexpr int64_t kConfirmedItems = 300;  ///< + Outcome: of accepted items
/// The number by which that record's item is counted; nothing where it is none of a batch.
std::optional<int64_t> CountOf(const item::InspectionRecord& record);
/// Adds `items` that were counted by that number.
void AddCount(int64_t what, uint64_t items, batch::BatchBalance* balance);

/// The places that the runs cover, as [first, last) in order.
std::vector<std::pair<uint64_t, uint64_t>> PlacesOf(std::vector<batch::PrintRun> runs);

/// Marks what the runs cover of codes in the order of their places.
void MarkPrinted(const std::vector<batch::PrintRun>& runs, std::vector<batch::ListedCode>* codes);

// Errors that a person reads.
Checked<void> CheckBatchName(const std::string& name);
/// `before`: runs that overlap with this one.
Checked<void> CheckPrint(const std::string& batch, uint64_t codes, const batch::PrintRun& run);
Diagnostic PrintedBefore(const std::string& batch, const batch::PrintRun& earlier);
Diagnostic NoSuchBatch(const std::string& name);
Diagnostic BatchNameInUse(const std::string& name);
/// `wanted` as in "only an open one can be closed".
Diagnostic WrongBatchState(const std::string& name, batch::BatchState state,
                           const std::string& wanted);
Diagnostic DoesNotBalance(const batch::BatchBalance& balance);
Diagnostic MayNotMove(const std::string& batch, const batch::CodeKey& key, batch::CodeState to);
Checked<void> CheckOrder(const batch::MoveOrder& order);
Diagnostic BadRow(const std::string& file, int line, std::string message, std::string advice);
Diagnostic StandsTwice(const std::string& file, int line, int earlier_line);
Diagnostic StandsInBatch(const std::string& file, int line, const std::string& batch);
Diagnostic IssuedBefore(const std::string& file, int line);
/// Errors: longer than any symbol carries; more than a list can have.
Checked<void> CheckIssuedCode(const batch::IssuedCode& code, uint64_t codes_before,
                              const std::string& file);

/// "1,-2,3", and back.
std::string JoinedNumbers(const std::vector<int64_t>& numbers);
std::vector<int64_t> SplitNumbers(std::string_view joined);

}  // namespace veriline::store
