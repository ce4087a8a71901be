// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "pipeline/batch/registry.h"
#include "pipeline/item/record_store.h"
#include "tests/support/scratch_folder.h"

// What the contract of stores is tested with: opening one, and what is put into it.

namespace veriline::testing {

struct OpenedStore {
  std::shared_ptr<void> owner;
  batch::Registry* registry = nullptr;
  item::RecordStore* records = nullptr;
};
struct StoreFactory {
  std::string name;
  std::function<OpenedStore(const std::string& dir)> open;
  friend void PrintTo(const StoreFactory& factory, std::ostream* out) { *out << factory.name; }
};

inline batch::CodeKey KeyOf(int n) { return batch::CodeKey::Plain("CODE" + std::to_string(n)); }
/// What the registry knows of a code, where it must be able to say.
inline std::optional<batch::CodeInfo> Known(const batch::Registry& registry,
                                            const batch::CodeKey& key) {
  const auto found = registry.Find(key);
  EXPECT_TRUE(found) << found.error().text;
  return found ? *found : std::nullopt;
}
inline batch::ItemRef ItemOf(uint64_t seq, const std::string& line = "L1", int lane = 0) {
  return {line, lane, seq};
}
/// A code list with the codes CODE<first> … CODE<first + count - 1>.
inline std::string ListOf(int first, int count) {
  std::string list = "code,gtin,lot,expiry,market\n";
  for (int i = first; i < first + count; ++i) {
    list +=
        "CODE" + std::to_string(i) + ",04012345123456,LOT" + std::to_string(i % 2) + ",271200,DE\n";
  }
  return list;
}
inline item::Claim ClaimOf(int code, uint64_t item_seq, bool confirmable = true) {
  return {.key = KeyOf(code),
          .item = ItemOf(item_seq),
          .from_count = static_cast<int64_t>(item_seq) * 1000,
          .utc_ns = 1'700'000'000'000'000'000 + static_cast<int64_t>(item_seq),
          .confirmable = confirmable};
}
inline item::InspectionRecord RecordOf(uint64_t item_seq, const std::string& line = "L1") {
  item::CodeResult code;
  code.role = item::CodeRole::kIdentity;
  code.symbology = Symbology::kDataMatrix;
  code.identifier = "]d2";
  code.payload = std::string("0104012345123456\x1d\xff\0x", 20);  // any bytes
  code.text = "0104012345123456";
  code.hri = "(01)04012345123456";
  code.quad.corners = {Point{1.5f, 2.25f}, Point{100.125f, 3}, Point{99, 101}, Point{-0.5f, 1e6f}};
  code.center_counts = -17;
  code.decoder = Decoder::kZxing;
  code.errors_corrected = -1;
  code.grade.graded = true;
  code.grade.edition = grading::Edition::k15415_2011;
  code.grade.overall = 1;
  code.grade.uncertainty = 0.5f;
  code.grade.limited_by = grading::Parameter::kPrintGrowth;
  code.grade.indications = 0x7ff;
  code.grade.flag = item::GradeFlag::kWarn;
  std::string_view("1.0*/12/660/30Q").copy(code.grade.formal.data(), 31);
  code.grade.parameters[1] = {0.3f, 1};
  code.grade.parameters[4].value = -0.125f;
  code.camera = 3;
  code.frame_id = UINT64_MAX - item_seq;
  item::TextResult text{.name = "expiry",
                        .number = true,
                        .state = item::TextState::kMismatch,
                        .expected = "12.2028",
                        .read = "12.202?",
                        .margin_ratio = -0.25f,
                        .center_counts = -18,
                        .camera = 4,
                        .frame_id = UINT64_MAX};
  text.place = code.quad;
  item::InspectionRecord record;
  record.texts = {text, {.name = "lot", .state = item::TextState::kMatch}};
  record.line_id = line;
  record.lane = 2;
  record.item_seq = item_seq;
  record.from_count = -5;
  record.to_count = 995;
  record.primary = item::RejectReason::kDuplicate;
  record.reasons.Add(item::RejectReason::kDuplicate);
  record.reasons.Add(item::RejectReason::kGrade);
  record.detail = "first seen as item 7";
  record.codes = {code, code};
  record.times = {1, 2, 3, 4, 5};
  record.utc_ns = 1'700'000'000'000'000'000;
  record.batch = "B";
  record.recipe_name = "packs";
  record.recipe_hash = "0123abcd";
  record.part_id = "pärt/42";
  return record;
}

class StoreContract : public ::testing::TestWithParam<StoreFactory> {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    store_ = GetParam().open(dir_.path());
    ASSERT_NE(store_.owner, nullptr);
  }
  void Reopen() {
    store_ = {};
    Open();
  }
  batch::Registry& registry() { return *store_.registry; }
  item::RecordStore& records() { return *store_.records; }

  Checked<uint64_t> Import(const std::string& name, const std::string& list) {
    std::istringstream in(list);
    return registry().ImportBatch(name, in, "codes.csv");
  }
  void OpenBatchOf(const std::string& name, int first, int count) {
    const auto imported = Import(name, ListOf(first, count));
    ASSERT_TRUE(imported) << imported.error().ToString();
    ASSERT_EQ(*imported, static_cast<uint64_t>(count));
    ASSERT_TRUE(registry().OpenBatch(name));
  }
  batch::ReserveOutcome Reserve(int code, uint64_t item_seq) {
    return registry().Reserve(KeyOf(code), ItemOf(item_seq)).outcome;
  }
  /// Reserves and commits.
  void Accept(int code, uint64_t item_seq, bool confirmable = true) {
    ASSERT_EQ(Reserve(code, item_seq), batch::ReserveOutcome::kGranted);
    item::CommitGroup group;
    group.claims = {ClaimOf(code, item_seq, confirmable)};
    const auto done = records().Commit(group);
    ASSERT_TRUE(done) << done.error().text;
  }
  void Confirm(uint64_t item_seq, item::Outcome outcome) {
    item::CommitGroup group;
    group.confirmations = {{ItemOf(item_seq), outcome, 1'800'000'000'000'000'000}};
    ASSERT_TRUE(records().Commit(group));
  }
  batch::CodeState StateOf(int code) {
    const auto info = Known(registry(), KeyOf(code));
    EXPECT_TRUE(info);
    return info ? info->state : batch::CodeState::kVoided;
  }

  ScratchFolder dir_;
  OpenedStore store_;
};

}  // namespace veriline::testing
