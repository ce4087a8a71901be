// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "pipeline/item/text_policy.h"
#include "pipeline/item/verdicts.h"
#include "vision/core/utf8.h"

namespace veriline::item {
namespace {

/// Symbologies whose check character is optional or none: a part of a symbol may be read for all of
/// it.
bool IsUnchecked(Symbology symbology) {
  return symbology == Symbology::kCode39 || symbology == Symbology::kItf ||
         symbology == Symbology::kCodabar;
}

/// Whether such a symbol may be the linear component of a composite.
bool MayBeComponent(Symbology symbology) {
  return WithLinearComponents(SymbologySet().Add(Symbology::kComposite)).Has(symbology);
}

bool IsOfKind(const CodeSpec& spec, Symbology symbology, std::string_view identifier) {
  return spec.symbologies.Has(symbology) &&
         (spec.identifier.empty() || spec.identifier == identifier);
}

bool HasForm(const CodeSpec& spec, std::string_view payload) {
  return (spec.length == 0 || payload.size() == static_cast<size_t>(spec.length)) &&
         (spec.mask.empty() || FitsMask(payload, spec.mask));
}

bool Matches(const CodeSpec& spec, const CodeResult& code) {
  return IsOfKind(spec, code.symbology, code.identifier) && HasForm(spec, code.payload);
}

bool SameCode(const CodeResult& a, const CodeResult& b) {
  return a.symbology == b.symbology && a.identifier == b.identifier && a.payload == b.payload;
}

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
  using enum batch::CodeState;
  constexpr std::array kOut = {kVoided, kRecalled, kDestroyed, kRejected, kSampled, kMissing};
  if (std::ranges::find(kOut, info.state) != kOut.end()) {
    verdicts.Add(RejectReason::kVoided, "the code is " + std::string(Name(info.state)));
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

void CheckCopy(Verdicts& verdicts, const CodeSpec& spec, const CodeResult& code,
               const TextValues& identity, const batch::CodeKey& key,
               const std::string& identity_text) {
  if (spec.content.source().empty()) {
    const auto copy = batch::ScanCode(code.identifier, code.payload);
    if (copy && copy->key == key) return;
    verdicts.Add(RejectReason::kInconsistent,
                 "the copy says " + code.text + ", the identity " + identity_text);
    return;
  }
  std::string wanted;
  if (const auto lacking = spec.content.Expand(identity, &wanted)) {
    verdicts.Add(RejectReason::kInconsistent, "the identity does not say AI " +
                                                  std::string(lacking->view()) +
                                                  ", which belongs into the copy");
  } else if (code.payload != wanted) {
    verdicts.Add(RejectReason::kInconsistent,
                 "the " + std::string(Name(code.symbology)) + " says " + code.text +
                     (IsUtf8(wanted) ? ", with the identity belongs " + wanted
                                     : ", which does not belong to the identity"));
  }
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

/// One item. The codes fall into those with a role, those without, and those that count as not
/// read.
class Judge {
 public:
  Judge(const Recipe& recipe, const std::string& batch, const batch::Registry& registry,
        std::vector<CodeResult>& codes, std::span<const TextResult> texts)
      : recipe_(recipe), batch_(batch), registry_(registry), codes_(codes), texts_(texts) {}

  Decision Run(const SequenceTrack* track) {
    GiveRoles();
    if (recipe_.sequence.enabled()) {
      if (const auto number = CheckNumber(recipe_, texts_, track, verdicts_)) {
        identity_text_ = *number;
        Identify("", *number);
      }
    } else {
      FindIdentity();
    }
    for (const CodeResult* code : nameless_) {
      verdicts_.Add(RejectReason::kInconsistent,
                    "a code that the recipe does not name: " + std::string(Name(code->symbology)) +
                        " " + code->text);
    }
    CheckGroups();
    CheckParts();
    const bool identified = !identities_.empty() || verdicts_.decision().identity.has_value();
    CheckTexts(recipe_, texts_, identified, verdicts_);
    CheckGrades(verdicts_, recipe_.grading, codes_);
    return std::move(verdicts_.decision());
  }

 private:
  void GiveRoles() {
    for (CodeResult& code : codes_) {
      const CodeSpec* spec = SpecOf(recipe_, code.symbology, code.identifier, code.payload);
      code.role = CodeRole::kNone;
      if (const auto scan = batch::ScanCode(code.identifier, code.payload)) code.hri = scan->hri;
      if (spec == nullptr) {
        if (IsHalfComposite(code)) {
          half_composite_ = &code;
        } else if (!IsMisread(code)) {
          nameless_.push_back(&code);
        }
        continue;
      }
      if (spec->most_corrected >= 0 &&
          (code.errors_corrected < 0 || code.errors_corrected > spec->most_corrected)) {
        distrusted_ = &code;
        continue;
      }
      code.role = spec->role;
      if (code.role == CodeRole::kIdentity &&
          std::ranges::none_of(identities_, [&](const auto* o) { return SameCode(*o, code); })) {
        identities_.push_back(&code);
      }
    }
  }

  /// Of such a symbology another code has the form that this one has not.
  bool IsMisread(const CodeResult& code) const {
    if (!IsUnchecked(code.symbology)) return false;
    return std::ranges::any_of(recipe_.codes, [&](const CodeSpec& spec) {
      return IsOfKind(spec, code.symbology, code.identifier) &&
             std::ranges::any_of(codes_, [&](const CodeResult& o) { return Matches(spec, o); });
    });
  }

  /// What a composite of the recipe that was not read has below its two-dimensional component.
  bool IsHalfComposite(const CodeResult& code) const {
    return MayBeComponent(code.symbology) &&
           std::ranges::any_of(recipe_.codes, [&](const CodeSpec& spec) {
             return spec.symbologies.Has(Symbology::kComposite) &&
                    std::ranges::none_of(codes_, [&](const auto& o) { return Matches(spec, o); });
           });
  }

  void FindIdentity() {
    if (identities_.size() > 1) {
      verdicts_.Add(RejectReason::kInconsistent, "two different codes: " + identities_[0]->text +
                                                     " and " + identities_[1]->text);
      return;
    }
    if (identities_.size() == 1) {
      if (!identities_[0]->detection_only) {
        identity_text_ = identities_[0]->text;
        Identify(identities_[0]->identifier, identities_[0]->payload);
        return;
      }
      verdicts_.Add(RejectReason::kMalformed,
                    "a Micro QR Code of version M1 can not be an identity: it corrects no errors");
      return;
    }
    // The right kind of symbol with the wrong identifier or form is an identity made wrongly.
    const auto near_miss = std::ranges::find_if(nameless_, [&](const CodeResult* code) {
      return std::ranges::any_of(recipe_.codes, [&](const CodeSpec& spec) {
        return spec.role == CodeRole::kIdentity && spec.symbologies.Has(code->symbology);
      });
    });
    if (half_composite_ != nullptr) {
      AddHalfComposite();
    } else if (near_miss != nameless_.end()) {
      const CodeResult& code = **near_miss;
      const bool of_kind = std::ranges::any_of(recipe_.codes, [&](const CodeSpec& spec) {
        return spec.role == CodeRole::kIdentity && IsOfKind(spec, code.symbology, code.identifier);
      });
      verdicts_.Add(RejectReason::kMalformed,
                    of_kind ? code.text + " has not the length or form that the recipe asks for"
                            : "symbology identifier " + code.identifier +
                                  " is not the one that the recipe asks for");
      nameless_.erase(near_miss);
    } else if (distrusted_ != nullptr) {
      verdicts_.Add(RejectReason::kNoRead,
                    fmt::format("{} needed {} codewords corrected, more than the recipe trusts",
                                distrusted_->text,
                                distrusted_->errors_corrected < 0
                                    ? "an unknown number of"
                                    : std::to_string(distrusted_->errors_corrected)));
    } else {
      verdicts_.Add(RejectReason::kNoRead, "no identity code was read");
    }
  }

  void AddHalfComposite() {
    verdicts_.Add(RejectReason::kMissingPart,
                  "of the composite only the linear part was read: " + half_composite_->text);
  }

  void Identify(std::string_view identifier, const std::string& payload) {
    auto scan = batch::ScanCode(identifier, payload);
    if (!scan) {
      verdicts_.Add(RejectReason::kMalformed, gs1::Describe(scan.error()));
      return;
    }
    scanned_ = std::move(*scan);
    payload_ = payload;
    const Result<std::optional<batch::CodeInfo>> found = registry_.Find(scanned_->key);
    if (!found) {
      verdicts_.Add(RejectReason::kFault, found.error().text);
    } else if (*found) {
      CheckIssued(verdicts_, batch_, **found, *scanned_);
      issued_ = **found;
    } else {
      verdicts_.Add(RejectReason::kUnknown, "the code was never issued");
    }
    if (issued_.gtin.empty() && scanned_->gtin14) issued_.gtin = *scanned_->gtin14;
    verdicts_.decision().identity = scanned_->key;
  }

  void CheckGroups() {
    for (const ViewGroup& group : recipe_.groups) {
      if (group.kind != ViewGroup::Kind::kSame || identities_.empty()) continue;
      for (const size_t view : group.views) {
        const bool shown = std::ranges::any_of(codes_, [&](const CodeResult& code) {
          return code.role == CodeRole::kIdentity && code.camera == view;
        });
        if (shown) continue;
        verdicts_.Add(RejectReason::kMissingPart,
                      "view " + recipe_.views[view].name + " shows no identity code");
      }
    }
  }

  /// Products and copies must be there and belong to the identity.
  void CheckParts() {
    gs1::ElementString parsed;
    if (scanned_ && !scanned_->elements.empty()) {
      if (auto said = gs1::ParseElementString(scanned_->elements)) parsed = std::move(*said);
    }
    const TextValues values{payload_,    parsed.elements, issued_.gtin,
                            issued_.lot, issued_.expiry,  issued_.market};
    for (const CodeSpec& spec : recipe_.codes) {
      if (spec.role != CodeRole::kProduct && spec.role != CodeRole::kCopy) continue;
      bool found = false;
      for (const CodeResult& code : codes_) {
        if (code.role != spec.role || !Matches(spec, code)) continue;
        found = true;
        if (spec.role == CodeRole::kProduct) CheckProduct(verdicts_, code, issued_.gtin);
        if (spec.role == CodeRole::kCopy && scanned_) {
          CheckCopy(verdicts_, spec, code, values, scanned_->key, identity_text_);
        }
      }
      if (!found && half_composite_ != nullptr && spec.symbologies.Has(Symbology::kComposite)) {
        AddHalfComposite();
      } else if (!found) {
        verdicts_.Add(RejectReason::kMissingPart,
                      "no " + std::string(Name(spec.role)) + " code was read");
      }
    }
  }

  const Recipe& recipe_;
  const std::string& batch_;
  const batch::Registry& registry_;
  std::vector<CodeResult>& codes_;
  const std::span<const TextResult> texts_;
  Verdicts verdicts_;
  std::vector<const CodeResult*> identities_;   // different ones
  std::vector<const CodeResult*> nameless_;     // match no code of the recipe
  const CodeResult* half_composite_ = nullptr;  // its linear part alone
  const CodeResult* distrusted_ = nullptr;      // needed too much correction
  std::optional<batch::ScannedCode> scanned_;   // the one identity
  std::string payload_;                         // of it
  std::string identity_text_;                   // the same for people
  batch::CodeInfo issued_;                      // with it; empty where nothing was
};

}  // namespace

const CodeSpec* SpecOf(const Recipe& recipe, Symbology symbology, std::string_view identifier,
                       std::string_view payload) {
  for (const CodeSpec& spec : recipe.codes) {
    if (IsOfKind(spec, symbology, identifier) && HasForm(spec, payload)) return &spec;
  }
  return nullptr;
}

Decision Decide(const Recipe& recipe, const std::string& batch, const batch::Registry& registry,
                std::vector<CodeResult>& codes, std::span<const TextResult> texts,
                const SequenceTrack* track) {
  return Judge(recipe, batch, registry, codes, texts).Run(track);
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
