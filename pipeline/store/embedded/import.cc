// SPDX-License-Identifier: Apache-2.0
// A code list becomes a batch: its texts are written as they are read, and when all are known to be
// new, their fingerprints.
#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/embedded/embedded_impl.h"

namespace veriline::store {
namespace {

/// Written in one turn at the gate: a few milliseconds that a commit may have to wait.
constexpr size_t kBytesPerTurn = 128 << 10;
/// No symbology carries more (QR version 40-L: 7089 digits).
constexpr size_t kMaxCodeBytes = 8000;
constexpr size_t kMaxNameBytes = 200;
/// Rows are numbered in 32 bits.
constexpr uint64_t kMostCodes = 1'000'000'000;

Diagnostic BadRow(const std::string& file, int line, std::string message, std::string advice) {
  return Diagnostic{
      .message = std::move(message), .file = file, .line = line, .advice = std::move(advice)};
}

/// Writes one batch in turns; visible only after Finish. Requires that no other import is under
/// way.
class Import {
 public:
  Import(Writer& writer, const std::string& file) : writer_(writer), file_(file) {}

  Checked<void> Begin(const std::string& name) {
    Writer::Transaction transaction(writer_, WriteGate::Who::kOther);
    auto insert = transaction.db().Prepare(
        "INSERT INTO batch(name, state, codes) VALUES (?, 0, 0) RETURNING id");
    if (!transaction || !insert) return Failure(transaction);
    insert->Start(name);
    BatchRow batch;
    if (insert->Next()) batch.id = insert->Int(0);
    while (insert->Next()) {
    }
    if (!insert->Ok() || !transaction.Commit()) return Failure(transaction);
    batch_ = batch;
    return {};
  }

  Checked<void> Add(const batch::IssuedCode& code) {
    if (code.code.size() > kMaxCodeBytes) {
      return Fail(BadRow(file_, code.line, "a code longer than any symbol carries",
                         "codes have at most 8000 bytes"));
    }
    if (count_ == kMostCodes) {
      return Fail(BadRow(file_, code.line, "more codes than a batch can have",
                         "a batch has at most a billion codes: divide the list"));
    }
    const auto attributes = AttributesId(code);
    if (!attributes) return Fail(attributes.error());
    const auto row = static_cast<uint32_t>(count_++);
    const Fingerprint fingerprint = writer_.fingerprint_key().Of(code.key.bytes());
    std::vector<IndexedCode>& part = parts_[fingerprint >> (64 - kPartBits)];
    // By less than twice: most of an import's memory is here.
    if (part.size() == part.capacity()) part.reserve(part.size() + part.size() / 8 + 1024);
    part.push_back({fingerprint, row, *attributes});
    const int64_t line = int64_t{code.line} - row;
    if (lines_.empty() || lines_.back().second != line) lines_.emplace_back(row, line);
    texts_.Add(code.code);
    if (texts_.count() == kTextsPerBlock) return EndBlock();
    return {};
  }

  /// All texts stand. Puts the codes into the order of their fingerprints.
  Checked<void> EndTexts() {
    if (texts_.count() > 0) {
      if (auto done = EndBlock(); !done) return done;
    }
    for (std::vector<IndexedCode>& part : parts_) {
      std::sort(part.begin(), part.end(), [](const IndexedCode& a, const IndexedCode& b) {
        return a.fingerprint != b.fingerprint ? a.fingerprint < b.fingerprint : a.row < b.row;
      });
    }
    return WriteTexts();
  }

  /// The first row of the list whose code stood before, with the row where.
  std::optional<std::pair<uint32_t, uint32_t>> FirstTwice() const {
    std::optional<std::pair<uint32_t, uint32_t>> first;
    for (const std::vector<IndexedCode>& part : parts_) {
      for (size_t i = 1; i < part.size(); ++i) {
        if (part[i].fingerprint != part[i - 1].fingerprint) continue;
        if (!first || part[i].row < first->first) first = {part[i].row, part[i - 1].row};
      }
    }
    return first;
  }

  Checked<BatchRow> Finish() {
    // Blocks go over the parts' borders where the batch is small.
    std::vector<IndexedCode> block;
    std::vector<std::pair<uint64_t, std::string>> encoded;
    size_t bytes = 0;
    const int bits = BlockBits(count_);
    const auto end_block = [&] {
      if (block.empty()) return;
      encoded.emplace_back(BlockOf(block.front().fingerprint, bits), EncodeIndexBlock(block));
      bytes += encoded.back().second.size();
      block.clear();
    };
    for (std::vector<IndexedCode>& part : parts_) {
      for (const IndexedCode& code : part) {
        if (!block.empty() &&
            BlockOf(code.fingerprint, bits) != BlockOf(block.front().fingerprint, bits)) {
          end_block();
          if (bytes >= kBytesPerTurn) {
            if (auto done = WriteIndex(&encoded); !done) return Fail(done.error());
            bytes = 0;
          }
        }
        block.push_back(code);
      }
      part = {};
    }
    end_block();
    if (auto done = WriteIndex(&encoded); !done) return Fail(done.error());
    Writer::Transaction transaction(writer_, WriteGate::Who::kOther);
    auto update = transaction.db().Prepare("UPDATE batch SET state = 1, codes = ? WHERE id = ?");
    if (!transaction || !update || !update->Run(count_, batch_->id) ||
        transaction.db().changes() != 1 || !transaction.Commit()) {
      return Fail(Failure(transaction).error());
    }
    batch_->state = batch::BatchState::kLoaded;
    batch_->codes = count_;
    return *batch_;
  }

  /// The codes in the order of their fingerprints, in parts.
  std::span<const std::vector<IndexedCode>> parts() const { return parts_; }
  /// What stands in the store of it; nothing when it did not get so far.
  const std::optional<BatchRow>& batch() const { return batch_; }
  int LineOf(uint32_t row) const {
    const auto behind = std::upper_bound(lines_.begin(), lines_.end(), row,
                                         [](uint32_t r, const auto& at) { return r < at.first; });
    return static_cast<int>(std::prev(behind)->second + row);
  }

 private:
  Checked<void> Failure(Writer::Transaction& transaction) const {
    Diagnostic why = transaction.db().Failure("the batch cannot be written");
    return Fail(std::move(why));
  }

  Checked<void> EndBlock() {
    blocks_.push_back(texts_.Take());
    block_bytes_ += blocks_.back().size();
    return block_bytes_ < kBytesPerTurn ? Checked<void>() : WriteTexts();
  }

  Checked<void> WriteTexts() {
    if (blocks_.empty()) return {};
    Writer::Transaction transaction(writer_, WriteGate::Who::kOther,
                                    Writer::Transaction::Durability::kWithTheNext);
    auto insert = transaction.db().Prepare("INSERT INTO code_text VALUES (?, ?, ?)");
    bool ok = transaction && insert;
    for (const std::string& block : blocks_) {
      ok = ok && insert->Run(batch_->id, next_block_++, Blob{block});
    }
    if (!ok || !transaction.Commit()) return Failure(transaction);
    blocks_.clear();
    block_bytes_ = 0;
    return {};
  }

  Checked<void> WriteIndex(std::vector<std::pair<uint64_t, std::string>>* blocks) {
    Writer::Transaction transaction(writer_, WriteGate::Who::kOther,
                                    Writer::Transaction::Durability::kWithTheNext);
    auto insert = transaction.db().Prepare("INSERT INTO code_index VALUES (?, ?, ?)");
    bool ok = transaction && insert;
    for (const auto& [block, bytes] : *blocks) {
      ok = ok && insert->Run(batch_->id, static_cast<int64_t>(block), Blob{bytes});
    }
    if (!ok || !transaction.Commit()) return Failure(transaction);
    blocks->clear();
    return {};
  }

  Checked<uint32_t> AttributesId(const batch::IssuedCode& c) {
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

  Writer& writer_;
  const std::string& file_;
  std::optional<BatchRow> batch_;
  static constexpr int kPartBits = 8;
  std::vector<std::vector<IndexedCode>> parts_{size_t{1} << kPartBits};  ///< by leading bits
  uint64_t count_ = 0;
  std::vector<std::pair<uint32_t, int64_t>> lines_;  ///< from that row on: line − row
  TextBlockWriter texts_;
  std::vector<std::string> blocks_;  ///< not yet written
  size_t block_bytes_ = 0;
  int64_t next_block_ = 0;
  using Attributes = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Attributes, uint32_t> attributes_;
  std::map<Attributes, uint32_t>::iterator last_ = attributes_.end();
};

/// Takes out what an import wrote of a batch, in turns. False when the disk does not let it.
bool TakeOut(Writer& writer, const BatchRow& batch) {
  constexpr int kBlocksPerTurn = 32;
  for (bool more = true; more;) {
    Writer::Transaction transaction(writer, WriteGate::Who::kOther);
    auto texts = transaction.db().Prepare(
        "DELETE FROM code_text WHERE batch_id = ?1 AND block IN "
        "(SELECT block FROM code_text WHERE batch_id = ?1 LIMIT ?2)");
    auto index = transaction.db().Prepare(
        "DELETE FROM code_index WHERE batch_id = ?1 AND block IN "
        "(SELECT block FROM code_index WHERE batch_id = ?1 LIMIT ?2)");
    auto forget = transaction.db().Prepare("DELETE FROM batch WHERE id = ? AND state = 0");
    if (!transaction || !texts || !index || !forget) return false;
    if (!texts->Run(batch.id, kBlocksPerTurn)) return false;
    more = transaction.db().changes() > 0;
    if (!index->Run(batch.id, kBlocksPerTurn)) return false;
    more = more || transaction.db().changes() > 0;
    if (!more && !forget->Run(batch.id)) return false;
    if (!transaction.Commit()) return false;
  }
  return true;
}

Checked<void> CheckName(const std::string& name) {
  const bool printable =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
  if (!name.empty() && name.size() <= kMaxNameBytes && printable) return {};
  return Fail(Diagnostic{.message = "not a name for a batch",
                         .advice = "use 1 to 200 characters without blanks"});
}

}  // namespace

Checked<std::optional<EmbeddedStore::Impl::KnownCode>> EmbeddedStore::Impl::FirstKnown(
    std::span<const std::vector<IndexedCode>> parts) const {
  std::vector<std::pair<std::string, BatchRow>> others;
  {
    const std::lock_guard lock(batches_mutex);
    others.assign(batches.begin(), batches.end());
  }
  std::optional<KnownCode> first;
  std::vector<IndexedCode> there;
  for (const auto& [name, batch] : others) {
    const int bits = BlockBits(batch.codes);
    std::optional<uint64_t> block;  // that `there` holds
    auto at = there.begin();
    for (const std::vector<IndexedCode>& part : parts) {
      for (const IndexedCode& code : part) {
        if (block != BlockOf(code.fingerprint, bits)) {
          block = BlockOf(code.fingerprint, bits);
          there.clear();
          const std::lock_guard lock(lists.mutex);  // in turns, as others want to read meanwhile
          Statement& find = index_block_of_lists;
          find.Start(batch.id, static_cast<int64_t>(*block));
          const bool good = !find.Next() || DecodeIndexBlock(find.Bytes(0), &there);
          const bool read = find.Ok();
          find.Finish();
          if (!good || !read) return Fail(lists.db.Failure("the store's codes cannot be read"));
          at = there.begin();
        }
        while (at != there.end() && at->fingerprint < code.fingerprint) ++at;
        if (at == there.end() || at->fingerprint != code.fingerprint) continue;
        if (!first || code.row < first->row) first = {code.row, name};
      }
    }
  }
  return first;
}

Checked<void> EmbeddedStore::Impl::RemoveFailedImport() {
  if (failed_import && !TakeOut(*writer, *failed_import)) {
    return Fail(writer->db().Failure("what a failed import left cannot be removed"));
  }
  failed_import.reset();
  return {};
}

Checked<uint64_t> EmbeddedStore::ImportBatch(const std::string& name, std::istream& list,
                                             const std::string& file_name) {
  if (auto good = CheckName(name); !good) return Fail(good.error());
  const std::lock_guard lock(impl_->admin);
  if (auto removed = impl_->RemoveFailedImport(); !removed) return Fail(removed.error());
  if (impl_->FindBatch(name)) {
    return Fail(Diagnostic{.message = "there is a batch \"" + name + "\" already",
                           .advice = "give the batch a name of its own"});
  }
  Import import(*impl_->writer, file_name);
  const auto write = [&]() -> Checked<BatchRow> {
    batch::CodeListReader reader(list, file_name);
    batch::IssuedCode code;
    auto more = reader.Next(&code);
    if (!more) return Fail(more.error());
    if (!*more) return Fail(BadRow(file_name, 0, "the list has no codes", ""));
    if (auto begun = import.Begin(name); !begun) return Fail(begun.error());
    for (; more && *more; more = reader.Next(&code)) {
      if (auto added = import.Add(code); !added) return Fail(added.error());
    }
    if (!more) return Fail(more.error());
    if (auto ended = import.EndTexts(); !ended) return Fail(ended.error());
    if (const auto twice = import.FirstTwice()) {
      return Fail(BadRow(file_name, import.LineOf(twice->first),
                         "The code of this row stands already on line " +
                             std::to_string(import.LineOf(twice->second)) + ".",
                         "remove one of the two rows"));
    }
    const auto known = impl_->FirstKnown(import.parts());
    if (!known) return Fail(known.error());
    if (*known) {
      return Fail(BadRow(file_name, import.LineOf((*known)->row),
                         "the code stands in batch \"" + (*known)->batch + "\" already",
                         "remove the row; nothing of the file was taken"));
    }
    return import.Finish();
  };
  const auto batch = write();
  if (batch) {
    const std::lock_guard batches_lock(impl_->batches_mutex);
    impl_->batches[name] = *batch;
    return batch->codes;
  }
  impl_->failed_import = import.batch();
  // What a full disk leaves is removed before the next import, or at the next start.
  static_cast<void>(impl_->RemoveFailedImport());
  return Fail(batch.error());
}

}  // namespace veriline::store
