// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/accounts.h"

#include <algorithm>
#include <charconv>

namespace veriline::store {

using batch::CodeState;
using item::Outcome;

namespace {

constexpr size_t kMaxNameBytes = 200;
/// No symbology carries more (QR version 40-L: 7089 digits).
constexpr size_t kMaxCodeBytes = 8000;
/// Rows are numbered in 32 bits.
constexpr uint64_t kMostCodes = 1'000'000'000;

}  // namespace

std::optional<CodeState> NextState(CodeState state, Outcome outcome) {
  const bool open = state == CodeState::kClaimed || state == CodeState::kInDoubt;
  switch (outcome) {
    case Outcome::kPassed:
      if (open) return CodeState::kCommissioned;
      break;
    case Outcome::kRemoved:
      if (open) return CodeState::kUnused;
      break;
    case Outcome::kMissing:
      if (state == CodeState::kClaimed) return CodeState::kInDoubt;
      break;
    case Outcome::kTooLate:
      if (open || state == CodeState::kUnconfirmed) return CodeState::kUnused;
      break;
  }
  return std::nullopt;
}

std::optional<int64_t> CountOf(const item::InspectionRecord& r) {
  if (r.kind != item::RecordKind::kItem || r.batch.empty()) return std::nullopt;
  if (r.accepted) return kAcceptedItems;
  const bool read = std::ranges::any_of(r.codes,
                                        [](const item::CodeResult& code) {
                                          return code.role == item::CodeRole::kIdentity;
                                        }) ||
                    std::ranges::any_of(r.texts, [](const item::TextResult& text) {
                      return text.number && text.state == item::TextState::kMatch;
                    });
  return (read ? kRejectedRead : kRejectedUnread) + static_cast<int64_t>(r.primary);
}

void AddCount(int64_t what, uint64_t items, batch::BatchBalance* balance) {
  if (what == kConfirmedItems + static_cast<int64_t>(Outcome::kPassed)) {
    balance->passed += items;
  } else if (what == kConfirmedItems + static_cast<int64_t>(Outcome::kRemoved)) {
    balance->removed += items;
  } else if (what < kConfirmedItems) {
    balance->triggers += items;
    if (what == kAcceptedItems) balance->accepted += items;
    if (what > kAcceptedItems) balance->rejected[static_cast<uint8_t>(what % 100)] += items;
    if (what >= kRejectedUnread) balance->unread_rejects += items;
  }
}

std::vector<std::pair<uint64_t, uint64_t>> PlacesOf(std::vector<batch::PrintRun> runs) {
  std::ranges::sort(runs, {}, &batch::PrintRun::first);
  std::vector<std::pair<uint64_t, uint64_t>> places;
  for (const batch::PrintRun& run : runs) {
    const uint64_t end = run.first + run.codes;
    if (places.empty() || places.back().second < run.first) {
      places.emplace_back(run.first, end);
    } else {
      places.back().second = std::max(places.back().second, end);
    }
  }
  return places;
}

void MarkPrinted(const std::vector<batch::PrintRun>& runs, std::vector<batch::ListedCode>* codes) {
  for (const auto& [first, last] : PlacesOf(runs)) {
    auto at = std::ranges::lower_bound(*codes, first, {}, &batch::ListedCode::place);
    for (; at != codes->end() && at->place < last; ++at) at->printed = true;
  }
}

Checked<void> CheckBatchName(const std::string& name) {
  const bool printable =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
  if (!name.empty() && name.size() <= kMaxNameBytes && printable) return {};
  return Fail(Diagnostic{.message = "not a name for a batch",
                         .advice = "use 1 to 200 characters without blanks"});
}

Checked<void> CheckPrint(const std::string& batch, uint64_t codes, const batch::PrintRun& run) {
  if (run.codes > 0 && run.first < codes && run.codes <= codes - run.first) return {};
  return Fail(
      Diagnostic{.code = ErrorCode::kOutOfRange,
                 .message = "batch \"" + batch + "\" has " + std::to_string(codes) + " codes",
                 .advice = "give a range among them, from 1 on"});
}

Diagnostic PrintedBefore(const std::string& batch, const batch::PrintRun& earlier) {
  return {.code = ErrorCode::kWrongState,
          .message = "labels " + std::to_string(earlier.first + 1) + " to " +
                     std::to_string(earlier.first + earlier.codes) + " of batch \"" + batch +
                     "\" were printed before, by " + earlier.user,
          .advice = "give another range, or the reason for a reprint"};
}

Diagnostic NoSuchBatch(const std::string& name) {
  return {.message = "there is no batch \"" + name + "\" in this store",
          .advice = "import it first: veriline batch import FILE --batch NAME"};
}

Diagnostic BatchNameInUse(const std::string& name) {
  return {.message = "there is a batch \"" + name + "\" already",
          .advice = "give the batch a name of its own, or add codes to it"};
}

Diagnostic WrongBatchState(const std::string& name, batch::BatchState state,
                           const std::string& wanted) {
  return {.code = ErrorCode::kWrongState,
          .message = "batch \"" + name + "\" is " + std::string(batch::Name(state)) + ", " + wanted,
          .advice = "see veriline batch status"};
}

Diagnostic DoesNotBalance(const batch::BatchBalance& balance) {
  return {.code = ErrorCode::kWrongState,
          .message = "batch \"" + balance.codes.name +
                     "\" does not balance: " + balance.differences.front(),
          .advice = "find the items and say what became of each code: veriline batch move"};
}

Diagnostic MayNotMove(const std::string& batch, const batch::CodeKey& key, CodeState to) {
  const std::string& bytes = key.bytes();
  return {.code = ErrorCode::kWrongState,
          .message = "code \"" + bytes.substr(bytes.empty() ? 0 : 1) + "\" of batch \"" + batch +
                     "\" cannot become " + std::string(batch::Name(to)),
          .advice =
              "it is not there, a line has it, or its state does not allow it; none of the "
              "codes was moved"};
}

Checked<void> CheckOrder(const batch::MoveOrder& order) {
  if (!order.reason.empty() || order.to == CodeState::kVoided) return {};
  return Fail(Diagnostic{.message = "codes are moved without a reason",
                         .advice = "say why: it stands in the batch's record"});
}

Diagnostic BadRow(const std::string& file, int line, std::string message, std::string advice) {
  return {.message = std::move(message), .file = file, .line = line, .advice = std::move(advice)};
}

Diagnostic StandsTwice(const std::string& file, int line, int earlier_line) {
  return BadRow(file, line,
                "The code of this row stands already on line " + std::to_string(earlier_line) + ".",
                "remove one of the two rows");
}

Diagnostic StandsInBatch(const std::string& file, int line, const std::string& batch) {
  return BadRow(file, line, "the code stands in batch \"" + batch + "\" already",
                "remove the row; nothing of the file was taken");
}

Diagnostic IssuedBefore(const std::string& file, int line) {
  return BadRow(file, line, "a code was issued before, this one first",
                "start behind what was issued; nothing was issued");
}

Checked<void> CheckIssuedCode(const batch::IssuedCode& code, uint64_t codes_before,
                              const std::string& file) {
  if (code.code.size() > kMaxCodeBytes) {
    return Fail(BadRow(file, code.line, "a code longer than any symbol carries",
                       "codes have at most 8000 bytes"));
  }
  if (codes_before >= kMostCodes) {
    return Fail(BadRow(file, code.line, "more codes than a list can have",
                       "a list has at most a billion codes: divide it"));
  }
  return {};
}

std::string JoinedNumbers(const std::vector<int64_t>& numbers) {
  std::string out;
  for (const int64_t n : numbers) out += (out.empty() ? "" : ",") + std::to_string(n);
  return out;
}

std::vector<int64_t> SplitNumbers(std::string_view joined) {
  std::vector<int64_t> out;
  while (!joined.empty()) {
    const std::string_view one = joined.substr(0, joined.find(','));
    int64_t number = 0;
    std::from_chars(one.data(), one.data() + one.size(), number);
    out.push_back(number);
    joined.remove_prefix(std::min(joined.size(), one.size() + 1));
  }
  return out;
}

}  // namespace veriline::store
