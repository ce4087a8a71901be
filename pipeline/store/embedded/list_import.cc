// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store/embedded/list_import.h"

#include <algorithm>

#include "pipeline/store/accounts.h"
#include "vision/core/clock.h"

namespace veriline::store {
namespace {

/// Written in one turn at the gate: a few milliseconds that a commit may have to wait.
constexpr size_t kBytesPerTurn = 128 << 10;
}  // namespace

Checked<void> ListImport::Begin() {
  Writer::Transaction transaction(writer_, WriteGate::Who::kOther);
  auto insert = transaction.db().Prepare(
      "INSERT INTO part(whole, codes, utc_ns, file) VALUES (0, 0, ?, ?) RETURNING id");
  if (!transaction || !insert) return Failure(transaction);
  insert->Start(UtcNowNs(), file_);
  int64_t id = 0;
  if (insert->Next()) id = insert->Int(0);
  while (insert->Next()) {
  }
  if (!insert->Ok() || !transaction.Commit()) return Failure(transaction);
  part_id_ = id;
  return {};
}

Checked<void> ListImport::Add(const batch::IssuedCode& code) {
  if (auto good = CheckIssuedCode(code, count_, file_); !good) return good;
  const auto attributes = AttributesId(code);
  if (!attributes) return Fail(attributes.error());
  const auto row = static_cast<uint32_t>(count_++);
  const Fingerprint fingerprint = writer_.fingerprint_key().Of(code.key.bytes());
  std::vector<IndexedCode>& piece = pieces_[fingerprint >> (64 - kPieceBits)];
  // By less than twice: most of an import's memory is here.
  if (piece.size() == piece.capacity()) piece.reserve(piece.size() + piece.size() / 8 + 1024);
  piece.push_back({fingerprint, row, *attributes});
  const int64_t line = int64_t{code.line} - row;
  if (lines_.empty() || lines_.back().second != line) lines_.emplace_back(row, line);
  if (!keeps_texts_) return {};
  texts_.Add(code.code);
  return texts_.count() == kTextsPerBlock ? EndBlock() : Checked<void>();
}

Checked<void> ListImport::EndCodes() {
  if (texts_.count() > 0) {
    if (auto done = EndBlock(); !done) return done;
  }
  for (std::vector<IndexedCode>& piece : pieces_) {
    std::sort(piece.begin(), piece.end(), [](const IndexedCode& a, const IndexedCode& b) {
      return a.fingerprint != b.fingerprint ? a.fingerprint < b.fingerprint : a.row < b.row;
    });
  }
  return WriteTexts();
}

std::optional<std::pair<uint32_t, uint32_t>> ListImport::FirstTwice() const {
  std::optional<std::pair<uint32_t, uint32_t>> first;
  for (const std::vector<IndexedCode>& piece : pieces_) {
    for (size_t i = 1; i < piece.size(); ++i) {
      if (piece[i].fingerprint != piece[i - 1].fingerprint) continue;
      if (!first || piece[i].row < first->first) first = {piece[i].row, piece[i - 1].row};
    }
  }
  return first;
}

void ListImport::LeaveOut(const std::vector<uint32_t>& rows) {
  for (std::vector<IndexedCode>& piece : pieces_) {
    std::erase_if(
        piece, [&](const IndexedCode& code) { return std::ranges::binary_search(rows, code.row); });
  }
  count_ -= rows.size();
}

Checked<PartRow> ListImport::Finish(
    const std::function<bool(Database& db, int64_t part_id)>& with) {
  if (auto done = WriteIndex(); !done) return Fail(done.error());
  Writer::Transaction transaction(writer_, WriteGate::Who::kOther);
  auto update = transaction.db().Prepare("UPDATE part SET whole = 1, codes = ? WHERE id = ?");
  if (!transaction || !update || !update->Run(count_, *part_id_) ||
      transaction.db().changes() != 1 || !with(transaction.db(), *part_id_) ||
      !transaction.Commit()) {
    return Fail(Failure(transaction).error());
  }
  return PartRow{*part_id_, count_};
}

int ListImport::LineOf(uint32_t row) const {
  const auto behind = std::upper_bound(lines_.begin(), lines_.end(), row,
                                       [](uint32_t r, const auto& at) { return r < at.first; });
  return static_cast<int>(std::prev(behind)->second + row);
}

Checked<void> ListImport::Failure(Writer::Transaction& transaction) const {
  return Fail(transaction.db().Failure("the codes cannot be written"));
}

Checked<void> ListImport::EndBlock() {
  blocks_.push_back(texts_.Take());
  block_bytes_ += blocks_.back().size();
  return block_bytes_ < kBytesPerTurn ? Checked<void>() : WriteTexts();
}

Checked<void> ListImport::WriteTexts() {
  if (blocks_.empty()) return {};
  Writer::Transaction transaction(writer_, WriteGate::Who::kOther,
                                  Writer::Transaction::Durability::kWithTheNext);
  auto insert = transaction.db().Prepare("INSERT INTO code_text VALUES (?, ?, ?)");
  bool ok = transaction && insert;
  for (const std::string& block : blocks_) {
    ok = ok && insert->Run(*part_id_, next_block_++, Blob{block});
  }
  if (!ok || !transaction.Commit()) return Failure(transaction);
  blocks_.clear();
  block_bytes_ = 0;
  return {};
}

Checked<void> ListImport::WriteIndex() {
  const int bits = BlockBits(count_);
  std::vector<IndexedCode> block;
  std::vector<std::pair<uint64_t, std::string>> encoded;
  size_t bytes = 0;
  const auto write_turn = [&]() -> Checked<void> {
    Writer::Transaction transaction(writer_, WriteGate::Who::kOther,
                                    Writer::Transaction::Durability::kWithTheNext);
    auto insert = transaction.db().Prepare("INSERT INTO code_index VALUES (?, ?, ?)");
    bool ok = transaction && insert;
    for (const auto& [number, content] : encoded) {
      ok = ok && insert->Run(*part_id_, static_cast<int64_t>(number), Blob{content});
    }
    if (!ok || !transaction.Commit()) return Failure(transaction);
    encoded.clear();
    bytes = 0;
    return {};
  };
  const auto end_block = [&]() -> Checked<void> {
    if (block.empty()) return {};
    encoded.emplace_back(BlockOf(block.front().fingerprint, bits), EncodeIndexBlock(block));
    bytes += encoded.back().second.size();
    block.clear();
    return bytes < kBytesPerTurn ? Checked<void>() : write_turn();
  };
  for (std::vector<IndexedCode>& piece : pieces_) {
    for (const IndexedCode& code : piece) {
      if (!block.empty() &&
          BlockOf(code.fingerprint, bits) != BlockOf(block.front().fingerprint, bits)) {
        if (auto done = end_block(); !done) return done;
      }
      block.push_back(code);
    }
    piece = {};
  }
  if (auto done = end_block(); !done) return done;
  return encoded.empty() ? Checked<void>() : write_turn();
}

Checked<uint32_t> ListImport::AttributesId(const batch::IssuedCode& c) {
  auto key = std::tie(c.gtin, c.lot, c.expiry, c.market);
  if (last_ != attributes_.end() && key == last_->first) return last_->second;
  last_ = attributes_.find(key);
  if (last_ != attributes_.end()) return last_->second;
  Writer::Transaction transaction(writer_, WriteGate::Who::kOther,
                                  Writer::Transaction::Durability::kWithTheNext);
  auto upsert = transaction.db().Prepare(
      "INSERT INTO attributes(gtin, lot, expiry, market) VALUES (?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET gtin = gtin RETURNING id");
  if (!transaction || !upsert) return Fail(Failure(transaction).error());
  upsert->Start(c.gtin, c.lot, c.expiry, c.market);
  uint32_t id = 0;
  if (upsert->Next()) id = static_cast<uint32_t>(upsert->Int(0));
  while (upsert->Next()) {
  }
  if (!upsert->Ok() || !transaction.Commit()) return Fail(Failure(transaction).error());
  last_ = attributes_.emplace(key, id).first;
  return id;
}

bool TakeOut(Writer& writer, int64_t part_id) {
  constexpr int kBlocksPerTurn = 32;
  for (bool more = true; more;) {
    Writer::Transaction transaction(writer, WriteGate::Who::kOther);
    auto texts = transaction.db().Prepare(
        "DELETE FROM code_text WHERE part_id = ?1 AND block IN "
        "(SELECT block FROM code_text WHERE part_id = ?1 LIMIT ?2)");
    auto index = transaction.db().Prepare(
        "DELETE FROM code_index WHERE part_id = ?1 AND block IN "
        "(SELECT block FROM code_index WHERE part_id = ?1 LIMIT ?2)");
    auto forget = transaction.db().Prepare("DELETE FROM part WHERE id = ? AND whole = 0");
    if (!transaction || !texts || !index || !forget) return false;
    if (!texts->Run(part_id, kBlocksPerTurn)) return false;
    more = transaction.db().changes() > 0;
    if (!index->Run(part_id, kBlocksPerTurn)) return false;
    more = more || transaction.db().changes() > 0;
    if (!more && !forget->Run(part_id)) return false;
    if (!transaction.Commit()) return false;
  }
  return true;
}

}  // namespace veriline::store
