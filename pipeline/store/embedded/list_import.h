// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "pipeline/batch/code_list.h"
#include "pipeline/store/embedded/code_blocks.h"
#include "pipeline/store/embedded/writer.h"

namespace veriline::store {

/// One list of codes that was taken in: a row of the table `part`.
struct PartRow {
  int64_t id = 0;
  uint64_t codes = 0;
};

/// Writes one list of codes as a part, in turns at the gate; it counts only after Finish. Requires
/// that no other import is under way.
class ListImport {
 public:
  /// `keeps_texts`: the codes are to be told again as they were issued. Borrows both.
  ListImport(Writer& writer, const std::string& file, bool keeps_texts)
      : writer_(writer), file_(file), keeps_texts_(keeps_texts) {}

  Checked<void> Begin();
  /// Errors: a code too long, too many, no disk.
  Checked<void> Add(const batch::IssuedCode& code);
  /// All codes stand. Puts them into the order of their fingerprints.
  Checked<void> EndCodes();
  /// The first row of the list whose code stood before, with the row where.
  std::optional<std::pair<uint32_t, uint32_t>> FirstTwice() const;
  /// Leaves out the codes of those rows, which are in order. The other rows keep their numbers.
  void LeaveOut(const std::vector<uint32_t>& rows);
  /// Writes the index, then in one transaction what `with` does and that the part is whole.
  Checked<PartRow> Finish(const std::function<bool(Database& db, int64_t part_id)>& with);

  /// The codes in the order of their fingerprints, in pieces.
  std::span<const std::vector<IndexedCode>> pieces() const { return pieces_; }
  /// What stands in the store of it; nothing when it did not get so far.
  const std::optional<int64_t>& part_id() const { return part_id_; }
  int LineOf(uint32_t row) const;

 private:
  Checked<void> Failure(Writer::Transaction& transaction) const;
  Checked<void> EndBlock();
  Checked<void> WriteTexts();
  Checked<void> WriteIndex();
  Checked<uint32_t> AttributesId(const batch::IssuedCode& code);

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
bool TakeOut(Writer& writer, int64_t part_id);

}  // namespace veriline::store
