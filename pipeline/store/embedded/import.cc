// SPDX-License-Identifier: Apache-2.0
// A code list becomes a batch: its texts are written as they are read, and when all are known to be
// new, their fingerprints.
#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/embedded/embedded_impl.h"
#include "vision/core/clock.h"

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

/// Writes one list of codes as a part, in turns; it counts only after Finish. Requires that no
/// other import is under way.
class Import {
 public:
  /// `keeps_texts`: the codes are to be told again as they were issued.
  Import(Writer& writer, const std::string& file, bool keeps_texts)
      : writer_(writer), file_(file), keeps_texts_(keeps_texts) {}

  Checked<void> Begin() {
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

  Checked<void> Add(const batch::IssuedCode& code) {
    if (code.code.size() > kMaxCodeBytes) {
      return Fail(BadRow(file_, code.line, "a code longer than any symbol carries",
                         "codes have at most 8000 bytes"));
    }
    if (count_ == kMostCodes) {
      return Fail(BadRow(file_, code.line, "more codes than a list can have",
                         "a list has at most a billion codes: divide it"));
    }
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

  /// All codes stand. Puts them into the order of their fingerprints.
  Checked<void> EndCodes() {
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

  /// The first row of the list whose code stood before, with the row where.
  std::optional<std::pair<uint32_t, uint32_t>> FirstTwice() const {
    std::optional<std::pair<uint32_t, uint32_t>> first;
    for (const std::vector<IndexedCode>& piece : pieces_) {
      for (size_t i = 1; i < piece.size(); ++i) {
        if (piece[i].fingerprint != piece[i - 1].fingerprint) continue;
        if (!first || piece[i].row < first->first) first = {piece[i].row, piece[i - 1].row};
      }
    }
    return first;
  }

  /// Leaves out the codes of those rows, which are in order. The other rows keep their numbers.
  void LeaveOut(const std::vector<uint32_t>& rows) {
    for (std::vector<IndexedCode>& piece : pieces_) {
      std::erase_if(piece, [&](const IndexedCode& code) {
        return std::ranges::binary_search(rows, code.row);
      });
    }
    count_ -= rows.size();
  }

  /// Writes the index, then in one transaction what `with` does and that the part is whole.
  Checked<PartRow> Finish(const std::function<bool(Database& db, int64_t part_id)>& with) {
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

  /// The codes in the order of their fingerprints.
  std::span<const std::vector<IndexedCode>> pieces() const { return pieces_; }
  uint64_t count() const { return count_; }
  /// What stands in the store of it; nothing when it did not get so far.
  const std::optional<int64_t>& part_id() const { return part_id_; }
  int LineOf(uint32_t row) const {
    const auto behind = std::upper_bound(lines_.begin(), lines_.end(), row,
                                         [](uint32_t r, const auto& at) { return r < at.first; });
    return static_cast<int>(std::prev(behind)->second + row);
  }

 private:
  Checked<void> Failure(Writer::Transaction& transaction) const {
    return Fail(transaction.db().Failure("the codes cannot be written"));
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
      ok = ok && insert->Run(*part_id_, next_block_++, Blob{block});
    }
    if (!ok || !transaction.Commit()) return Failure(transaction);
    blocks_.clear();
    block_bytes_ = 0;
    return {};
  }

  /// Blocks go over the pieces' borders where there are few codes.
  Checked<void> WriteIndex() {
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

  static constexpr int kPieceBits = 8;

  Writer& writer_;
  const std::string& file_;
  const bool keeps_texts_;
  std::optional<int64_t> part_id_;
  std::vector<std::vector<IndexedCode>> pieces_{size_t{1} << kPieceBits};  ///< by leading bits
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

/// Takes out what an import wrote of a part, in turns. False when the disk does not let it.
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

/// Reads the whole list into the import. Errors: a bad row, a key twice, no codes.
Checked<void> ReadList(std::istream& list, const std::string& file, Import* import) {
  batch::CodeListReader reader(list, file);
  batch::IssuedCode code;
  auto more = reader.Next(&code);
  if (!more) return Fail(more.error());
  if (!*more) return Fail(BadRow(file, 0, "the list has no codes", ""));
  if (auto begun = import->Begin(); !begun) return begun;
  for (; more && *more; more = reader.Next(&code)) {
    if (auto added = import->Add(code); !added) return added;
  }
  if (!more) return Fail(more.error());
  if (auto ended = import->EndCodes(); !ended) return ended;
  if (const auto twice = import->FirstTwice()) {
    return Fail(BadRow(file, import->LineOf(twice->first),
                       "The code of this row stands already on line " +
                           std::to_string(import->LineOf(twice->second)) + ".",
                       "remove one of the two rows"));
  }
  return {};
}

std::string Joined(const std::vector<int64_t>& numbers) {
  std::string out;
  for (const int64_t n : numbers) out += (out.empty() ? "" : ",") + std::to_string(n);
  return out;
}

std::vector<int64_t> Numbers(std::string_view joined) {
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

Checked<void> CheckName(const std::string& name) {
  const bool printable =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
  if (!name.empty() && name.size() <= kMaxNameBytes && printable) return {};
  return Fail(Diagnostic{.message = "not a name for a batch",
                         .advice = "use 1 to 200 characters without blanks"});
}

}  // namespace

Checked<void> EmbeddedStore::Impl::FindKnown(
    std::span<const std::vector<IndexedCode>> pieces, std::span<const PartRow> parts,
    const std::function<void(uint32_t row, const PartRow&)>& known) const {
  std::vector<IndexedCode> there;
  for (const PartRow& part : parts) {
    const int bits = BlockBits(part.codes);
    std::optional<uint64_t> block;  // that `there` holds
    auto at = there.begin();
    for (const std::vector<IndexedCode>& piece : pieces) {
      for (const IndexedCode& code : piece) {
        if (block != BlockOf(code.fingerprint, bits)) {
          block = BlockOf(code.fingerprint, bits);
          there.clear();
          const std::lock_guard lock(lists.mutex);  // in turns, as others want to read meanwhile
          Statement& find = index_block_of_lists;
          find.Start(part.id, static_cast<int64_t>(*block));
          const bool good = !find.Next() || DecodeIndexBlock(find.Bytes(0), &there);
          const bool read = find.Ok();
          find.Finish();
          if (!good || !read) return Fail(lists.db.Failure("the store's codes cannot be read"));
          at = there.begin();
        }
        while (at != there.end() && at->fingerprint < code.fingerprint) ++at;
        if (at != there.end() && at->fingerprint == code.fingerprint) known(code.row, part);
      }
    }
  }
  return {};
}

std::string EmbeddedStore::Impl::BatchOf(int64_t part_id) const {
  const std::lock_guard lock(batches_mutex);
  for (const auto& [name, batch] : batches) {
    for (const PartRow& part : batch.parts) {
      if (part.id == part_id) return name;
    }
  }
  return "";
}

Checked<void> EmbeddedStore::Impl::RemoveFailedImport() {
  if (failed_import && !TakeOut(*writer, *failed_import)) {
    return Fail(writer->db().Failure("what a failed import left cannot be removed"));
  }
  failed_import.reset();
  return {};
}

Checked<uint64_t> EmbeddedStore::Impl::TakeList(const std::string& name, bool adds,
                                                std::istream& list, const std::string& file_name) {
  const std::lock_guard lock(admin);
  if (auto removed = RemoveFailedImport(); !removed) return Fail(removed.error());
  const auto batch = FindBatch(name);
  if (!adds && batch) {
    return Fail(Diagnostic{.message = "there is a batch \"" + name + "\" already",
                           .advice = "give the batch a name of its own, or add codes to it"});
  }
  if (adds && !batch) return Fail(batch.error());
  if (adds && batch->state == batch::BatchState::kClosed) {
    return Fail(Diagnostic{.code = ErrorCode::kWrongState,
                           .message = "batch \"" + name + "\" is closed",
                           .advice = "codes are added to a loaded or an open one"});
  }
  Import import(*writer, file_name, /*keeps_texts=*/true);
  const auto write = [&]() -> Checked<PartRow> {
    if (auto read = ReadList(list, file_name, &import); !read) return Fail(read.error());
    std::vector<PartRow> parts;
    {
      const std::lock_guard batches_lock(batches_mutex);
      for (const auto& [other, row] : batches) {
        parts.insert(parts.end(), row.parts.begin(), row.parts.end());
      }
    }
    std::optional<std::pair<uint32_t, int64_t>> first;  // row, part
    const auto looked = FindKnown(import.pieces(), parts, [&](uint32_t row, const PartRow& part) {
      if (!first || row < first->first) first = {row, part.id};
    });
    if (!looked) return Fail(looked.error());
    if (first) {
      return Fail(BadRow(file_name, import.LineOf(first->first),
                         "the code stands in batch \"" + BatchOf(first->second) + "\" already",
                         "remove the row; nothing of the file was taken"));
    }
    return import.Finish([&](Database& db, int64_t part_id) {
      auto insert = db.Prepare("INSERT INTO batch(name, state) VALUES (?, ?)");
      auto join = db.Prepare(
          "UPDATE part SET batch_id = (SELECT id FROM batch WHERE name = ?) WHERE id = ?");
      return insert && join && (adds || insert->Run(name, batch::BatchState::kLoaded)) &&
             join->Run(name, part_id);
    });
  };
  const auto part = write();
  if (!part) {
    failed_import = import.part_id();
    // What a full disk leaves is removed before the next import, or at the next start.
    static_cast<void>(RemoveFailedImport());
    return Fail(part.error());
  }
  if (adds && batch->state == batch::BatchState::kOpen) {
    uint64_t last_change = 0;
    auto index = LoadCodes(name, *part, &last_change);
    if (!index) return Fail(index.error());
    open_codes.Insert(std::move(*index));
  }
  const std::lock_guard batches_lock(batches_mutex);
  batches[name].parts.push_back(*part);
  return part->codes;
}

Checked<uint64_t> EmbeddedStore::ImportBatch(const std::string& name, std::istream& list,
                                             const std::string& file_name) {
  if (auto good = CheckName(name); !good) return Fail(good.error());
  return impl_->TakeList(name, /*adds=*/false, list, file_name);
}

Checked<uint64_t> EmbeddedStore::AddCodes(const std::string& name, std::istream& list,
                                          const std::string& file_name) {
  return impl_->TakeList(name, /*adds=*/true, list, file_name);
}

Checked<batch::IssueAnswer> EmbeddedStore::RegisterIssue(const batch::IssueRecord& record,
                                                         std::istream& list,
                                                         const std::string& file_name,
                                                         bool skip_known) {
  const std::lock_guard lock(impl_->admin);
  if (auto removed = impl_->RemoveFailedImport(); !removed) return Fail(removed.error());
  Import import(*impl_->writer, file_name, /*keeps_texts=*/false);
  batch::IssueAnswer answer;
  const auto write = [&]() -> Checked<PartRow> {
    if (auto read = ReadList(list, file_name, &import); !read) return Fail(read.error());
    std::vector<PartRow> parts;
    {
      const std::lock_guard batches_lock(impl_->batches_mutex);
      parts = impl_->issued;
      for (const auto& [name, row] : impl_->batches) {
        parts.insert(parts.end(), row.parts.begin(), row.parts.end());
      }
    }
    const auto looked = impl_->FindKnown(
        import.pieces(), parts, [&](uint32_t row, const PartRow&) { answer.known.push_back(row); });
    if (!looked) return Fail(looked.error());
    std::ranges::sort(answer.known);
    answer.known.erase(std::unique(answer.known.begin(), answer.known.end()), answer.known.end());
    if (!answer.known.empty() && !skip_known) {
      return Fail(BadRow(file_name, import.LineOf(answer.known.front()),
                         "a code was issued before, this one first",
                         "start behind what was issued; nothing was issued"));
    }
    import.LeaveOut(answer.known);
    return import.Finish([&](Database& db, int64_t part_id) {
      auto insert = db.Prepare("INSERT INTO issue VALUES (?, ?, ?, ?, ?, ?)");
      return insert && insert->Run(part_id, int64_t{record.kind}, record.gtin14, record.shape,
                                   Joined(record.next_starts), record.user);
    });
  };
  const auto part = write();
  if (!part) {
    impl_->failed_import = import.part_id();
    static_cast<void>(impl_->RemoveFailedImport());
    return Fail(part.error());
  }
  const std::lock_guard batches_lock(impl_->batches_mutex);
  impl_->issued.push_back(*part);
  answer.codes = part->codes;
  return answer;
}

Checked<std::vector<batch::IssueRecord>> EmbeddedStore::Issues(const std::string& gtin14) const {
  const std::lock_guard lock(impl_->lists.mutex);
  Database& db = impl_->lists.db;
  auto find = db.Prepare(
      "SELECT i.kind, i.gtin, i.shape, i.next_starts, p.codes, p.file, i.user, p.utc_ns "
      "FROM issue i JOIN part p ON p.id = i.part_id WHERE i.gtin = ? AND p.whole = 1 "
      "ORDER BY i.part_id");
  if (!find) return Fail(find.error());
  std::vector<batch::IssueRecord> issues;
  find->Start(gtin14);
  while (find->Next()) {
    issues.push_back({.kind = static_cast<uint8_t>(find->Int(0)),
                      .gtin14 = std::string(find->Bytes(1)),
                      .shape = std::string(find->Bytes(2)),
                      .next_starts = Numbers(find->Bytes(3)),
                      .codes = static_cast<uint64_t>(find->Int(4)),
                      .file = std::string(find->Bytes(5)),
                      .user = std::string(find->Bytes(6)),
                      .utc_ns = find->Int(7)});
  }
  if (!find->Ok()) return Fail(db.Failure("the issues cannot be read"));
  return issues;
}

}  // namespace veriline::store
