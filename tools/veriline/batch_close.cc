// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/batch_close.h"

#include <cstdio>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "tools/veriline/new_file.h"
#include "vision/core/clock.h"

namespace veriline::tools {
namespace {

constexpr uint32_t kPage = 1000;

/// The rows of a code list; with its first row where it is the first page.
std::string RowsOf(const std::vector<batch::IssuedCode>& codes, bool first_page) {
  std::ostringstream list;
  batch::WriteCodeList(list, codes);
  std::string rows = std::move(list).str();
  return first_page ? rows : rows.substr(rows.find('\n') + 1);
}

Checked<void> RetirePages(BatchDesk& desk, const std::string& batch, const UnusedOrder& order,
                          NewFile* file) {
  const int64_t now_ns = UtcNowNs();
  bool first_page = true;
  for (uint64_t first = 0;;) {
    const auto page = desk.Codes(batch, first, kPage);
    if (!page) return Fail(page.error());
    std::vector<std::string> unseen, unused;
    std::vector<batch::IssuedCode> rows;
    for (const batch::ListedCode& code : *page) {
      if (code.state != batch::CodeState::kIssued) continue;
      (code.printed ? unseen : unused).push_back(code.code);
      if (code.printed) continue;
      batch::IssuedCode& row = rows.emplace_back();
      row.code = code.code;
      row.gtin = code.values.gtin;
      row.lot = code.values.lot;
      row.expiry = code.values.expiry;
      row.market = code.values.market;
    }
    if (!unseen.empty()) {
      const auto moved = desk.Move(batch, unseen,
                                   {.to = batch::CodeState::kRejected,
                                    .reason = "printed, and seen by nobody when the batch closed",
                                    .user = order.user,
                                    .utc_ns = now_ns});
      if (!moved) return moved;
    }
    if (!unused.empty()) {
      const auto moved = desk.Move(
          batch, unused,
          {.to = file != nullptr ? batch::CodeState::kVoided : batch::CodeState::kDestroyed,
           .reason =
               file != nullptr ? "returned, " + order.returned : "unused when the batch closed",
           .user = order.user,
           .utc_ns = now_ns});
      if (!moved) return moved;
    }
    if (file != nullptr && !rows.empty()) {
      const std::string text = RowsOf(rows, first_page);
      first_page = false;
      if (std::fwrite(text.data(), 1, text.size(), file->file()) != text.size() ||
          std::fflush(file->file()) != 0) {
        return Fail(Diagnostic{.code = ErrorCode::kIo,
                               .message = "the list of returned codes cannot be written",
                               .file = order.returned,
                               .advice = "codes of this page are voided and not in it: see "
                                         "veriline batch codes --state voided"});
      }
    }
    if (page->size() < kPage) return {};
    first += page->size();
  }
}

}  // namespace

Checked<void> RetireUnused(BatchDesk& desk, const std::string& batch, const UnusedOrder& order) {
  if (order.returned.empty() && !order.destroyed) return {};
  const auto balance = desk.Balance(batch);
  if (!balance) return Fail(balance.error());
  const bool closes =
      balance->codes.state == batch::BatchState::kOpen && balance->differences.empty();
  if (!closes) return {};  // closing says why it cannot
  if (order.destroyed) return RetirePages(desk, batch, order, nullptr);
  auto file = NewFile::Make(order.returned);
  if (!file) return Fail(file.error());
  auto done = RetirePages(desk, batch, order, &*file);
  const auto finished = file->Finish();
  return done ? finished : done;
}

}  // namespace veriline::tools
