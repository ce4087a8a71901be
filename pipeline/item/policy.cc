// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace veriline::item {
namespace {

bool Matches(const CodeSpec& spec, const CodeResult& code) {
  return spec.symbologies.Has(code.symbology) &&
         (spec.identifier.empty() || spec.identifier == code.identifier);
}

bool SameCode(const CodeResult& a, const CodeResult& b) {
  return a.symbology == b.symbology && a.identifier == b.identifier && a.payload == b.payload;
}

// Gathers reasons; the sentence of the one with the highest precedence is kept.
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

void CheckField(Verdicts& verdicts, const char* name, const std::string& issued,
                const std::optional<std::string>& printed) {
  if (issued.empty() || !printed || *printed == issued) return;
  verdicts.Add(RejectReason::kWrongBatch,
               std::string(name) + " on the label is " + *printed + ", issued was " + issued);
}

void CheckIssued(Verdicts& verdicts, const std::string& batch, const batch::CodeInfo& info,
                 const batch::ScannedCode& scanned) {
  if (info.batch != batch) {
    verdicts.Add(RejectReason::kWrongBatch, "issued for batch " + info.batch);
  } else if (info.batch_state != batch::BatchState::kOpen) {
    verdicts.Add(RejectReason::kWrongBatch,
                 "batch " + batch + " is " + std::string(Name(info.batch_state)));
  }
  CheckField(verdicts, "lot", info.lot, scanned.lot);
  CheckField(verdicts, "expiry", info.expiry, scanned.expiry_yymmdd);
  CheckField(verdicts, "market", info.market, scanned.market);
  if (info.state == batch::CodeState::kVoided) {
    verdicts.Add(RejectReason::kVoided, "the code was voided");
  }
}

// A product code is right when it names the product that the identity was issued for.
void CheckProduct(Verdicts& verdicts, const CodeResult& code, const std::string& issued_gtin) {
  const auto product = batch::ScanCode(code.identifier, code.payload);
  const bool same = product && product->gtin14 && *product->gtin14 == issued_gtin;
  if (same || issued_gtin.empty()) return;
  verdicts.Add(RejectReason::kInconsistent,
               "the product code says " + code.text + ", the batch is for " + issued_gtin);
}

void CheckCopy(Verdicts& verdicts, const CodeResult& code, const CodeResult& identity,
               const batch::ScannedCode& scanned) {
  const auto copy = batch::ScanCode(code.identifier, code.payload);
  if (copy && copy->key == scanned.key) return;
  verdicts.Add(RejectReason::kInconsistent,
               "the copy says " + code.text + ", the identity " + identity.text);
}

std::string DescribeGrade(const CodeResult& code, double limit) {
  const CodeGrade& grade = code.grade;
  std::string text = fmt::format("the {} code has grade {:.1f}, below {:.1f}", Name(code.role),
                                 grade.overall, limit);
  const float value = grade.parameters[static_cast<size_t>(grade.limited_by)].value;
  if (grade.limited_by == grading::Parameter::kDecode) {
    text += ": the reference decode does not read it";
  } else {
    text += fmt::format(": {} {:.2f}", Name(grade.limited_by), value);
  }
  return text + (grade.estimate() ? " (an estimate: the camera is not calibrated)" : "");
}

void CheckGrades(Verdicts& verdicts, const GradeRules& rules, std::vector<CodeResult>& codes) {
  for (CodeResult& code : codes) code.grade.flag = rules.FlagOf(code.grade);
  for (const CodeResult& code : codes) {
    const bool judged = code.role == CodeRole::kIdentity || code.role == CodeRole::kProduct ||
                        code.role == CodeRole::kCopy;
    if (!judged || !code.grade.graded || code.grade.flag == GradeFlag::kFine) continue;
    // Another view or light may show the same print better.
    const bool seen_better = std::ranges::any_of(codes, [&](const CodeResult& other) {
      return &other != &code && SameCode(other, code) && other.grade.graded &&
             (other.grade.overall > code.grade.overall ||
              (other.grade.overall == code.grade.overall && &other < &code));
    });
    if (seen_better) continue;
    const bool reject = code.grade.flag == GradeFlag::kReject;
    const double limit = code.grade.overall < static_cast<float>(rules.reject_below)
                             ? rules.reject_below
                             : rules.warn_below;
    std::string text = DescribeGrade(code, limit);
    if (reject) {
      verdicts.Add(RejectReason::kGrade, std::move(text));
    } else if (verdicts.decision().warning.empty()) {
      verdicts.decision().warning = std::move(text);
    }
  }
}

}  // namespace

Decision Decide(const Recipe& recipe, const std::string& batch, const batch::Registry& registry,
                std::vector<CodeResult>& codes) {
  Verdicts verdicts;
  std::vector<const CodeResult*> identities;  // different ones
  std::vector<const CodeResult*> nameless;    // match no code of the recipe
  for (CodeResult& code : codes) {
    const auto spec = std::ranges::find_if(
        recipe.codes, [&](const CodeSpec& candidate) { return Matches(candidate, code); });
    code.role = spec == recipe.codes.end() ? CodeRole::kNone : spec->role;
    if (const auto scan = batch::ScanCode(code.identifier, code.payload)) code.hri = scan->hri;
    if (code.role == CodeRole::kNone) nameless.push_back(&code);
    if (code.role == CodeRole::kIdentity &&
        std::ranges::none_of(identities, [&](const auto* o) { return SameCode(*o, code); })) {
      identities.push_back(&code);
    }
  }

  if (identities.empty()) {
    // The right kind of symbol with the wrong identifier is an identity that was made wrongly.
    const auto near_miss = std::ranges::find_if(nameless, [&](const CodeResult* code) {
      return std::ranges::any_of(recipe.codes, [&](const CodeSpec& spec) {
        return spec.role == CodeRole::kIdentity && spec.symbologies.Has(code->symbology);
      });
    });
    if (near_miss != nameless.end()) {
      verdicts.Add(RejectReason::kMalformed, "symbology identifier " + (*near_miss)->identifier +
                                                 " is not the one that the recipe asks for");
      nameless.erase(near_miss);
    } else {
      verdicts.Add(RejectReason::kNoRead, "no identity code was read");
    }
  } else if (identities.size() > 1) {
    verdicts.Add(RejectReason::kInconsistent,
                 "two different codes: " + identities[0]->text + " and " + identities[1]->text);
  }
  for (const CodeResult* code : nameless) {
    verdicts.Add(RejectReason::kInconsistent,
                 "a code that the recipe does not name: " + std::string(Name(code->symbology)) +
                     " " + code->text);
  }

  for (const ViewGroup& group : recipe.groups) {
    if (group.kind != ViewGroup::Kind::kSame || identities.empty()) continue;
    for (const size_t view : group.views) {
      const bool shown = std::ranges::any_of(codes, [&](const CodeResult& code) {
        return code.role == CodeRole::kIdentity && code.camera == view;
      });
      if (shown) continue;
      verdicts.Add(RejectReason::kMissingPart,
                   "view " + recipe.views[view].name + " shows no identity code");
    }
  }

  std::optional<batch::ScannedCode> scanned;
  std::string issued_gtin;
  if (identities.size() == 1) {
    auto scan = batch::ScanCode(identities[0]->identifier, identities[0]->payload);
    if (identities[0]->detection_only) {
      verdicts.Add(RejectReason::kMalformed,
                   "a Micro QR Code of version M1 can not be an identity: it corrects no errors");
    } else if (!scan) {
      verdicts.Add(RejectReason::kMalformed, gs1::Describe(scan.error()));
    } else {
      scanned = std::move(*scan);
      const Result<std::optional<batch::CodeInfo>> found = registry.Find(scanned->key);
      if (!found) {
        verdicts.Add(RejectReason::kFault, found.error().text);
      } else if (*found) {
        CheckIssued(verdicts, batch, **found, *scanned);
        issued_gtin = (*found)->gtin;
      } else {
        verdicts.Add(RejectReason::kUnknown, "the code was never issued");
      }
      if (issued_gtin.empty() && scanned->gtin14) issued_gtin = *scanned->gtin14;
      verdicts.decision().identity = scanned->key;
    }
  }

  for (const CodeSpec& spec : recipe.codes) {
    if (spec.role != CodeRole::kProduct && spec.role != CodeRole::kCopy) continue;
    bool found = false;
    for (const CodeResult& code : codes) {
      if (code.role != spec.role || !Matches(spec, code)) continue;
      found = true;
      if (spec.role == CodeRole::kProduct) CheckProduct(verdicts, code, issued_gtin);
      if (spec.role == CodeRole::kCopy && scanned) {
        CheckCopy(verdicts, code, *identities[0], *scanned);
      }
    }
    if (!found) {
      verdicts.Add(RejectReason::kMissingPart,
                   "no " + std::string(Name(spec.role)) + " code was read");
    }
  }
  CheckGrades(verdicts, recipe.grading, codes);
  return std::move(verdicts.decision());
}

std::string DescribeDuplicate(const batch::ReserveAnswer& answer) {
  std::string text = "the code belongs to item " + std::to_string(answer.holder.item_seq) +
                     " of lane " + std::to_string(answer.holder.lane) + ", line " +
                     answer.holder.line_id;
  if (answer.claimed_utc_ns > 0) {
    const std::time_t seconds = answer.claimed_utc_ns / 1'000'000'000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char when[32];
    std::strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    text += ", claimed " + std::string(when);
  }
  return text;
}

}  // namespace veriline::item
