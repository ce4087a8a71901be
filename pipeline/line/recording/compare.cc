// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/recording/compare.h"

#include <type_traits>
#include <utility>

namespace veriline::line {
namespace {

std::string Text(const std::string& value) { return "\"" + value + "\""; }
std::string Text(bool value) { return value ? "true" : "false"; }
std::string Text(item::RejectReason value) { return std::string(Name(value)); }
std::string Text(item::CodeRole value) { return std::string(Name(value)); }
std::string Text(Symbology value) { return std::string(Name(value)); }
std::string Text(item::TextState value) { return std::string(Name(value)); }
std::string Text(Decoder value) { return std::string(Name(value)); }
std::string Text(const item::CodeGrade& grade) {
  return grade.graded
             ? std::string(grade.formal_view()) + " by " + std::string(Name(grade.limited_by))
             : "none";
}
std::string Text(const Quad& quad) {
  std::string text;
  for (const Point& corner : quad.corners) {
    text += "(" + std::to_string(corner.x) + "," + std::to_string(corner.y) + ")";
  }
  return text;
}
template <class T>
requires std::is_integral_v<T> std::string Text(T value) { return std::to_string(value); }

struct Fields {
  std::vector<std::string> different;
  template <class T>
  void Compare(const std::string& name, const T& recorded, const T& replayed) {
    if (recorded == replayed) return;
    different.push_back(name + ": recorded " + Text(recorded) + ", replayed " + Text(replayed));
  }
};

/// Without the moment of the claim, with which a duplicate's sentence ends once it is durable.
std::string WithoutTime(const std::string& detail) {
  return detail.substr(0, detail.find(", claimed "));
}

}  // namespace

std::vector<std::string> DifferencesOf(const item::InspectionRecord& a,
                                       const item::InspectionRecord& b) {
  Fields f;
  f.Compare("line_id", a.line_id, b.line_id);
  f.Compare("from_count", a.from_count, b.from_count);
  f.Compare("to_count", a.to_count, b.to_count);
  f.Compare("accepted", a.accepted, b.accepted);
  f.Compare("primary", a.primary, b.primary);
  f.Compare("reasons", a.reasons.bits(), b.reasons.bits());
  const bool duplicate = a.reasons.Has(item::RejectReason::kDuplicate) &&
                         b.reasons.Has(item::RejectReason::kDuplicate);
  f.Compare("detail", duplicate ? WithoutTime(a.detail) : a.detail,
            duplicate ? WithoutTime(b.detail) : b.detail);
  f.Compare("batch", a.batch, b.batch);
  f.Compare("recipe_name", a.recipe_name, b.recipe_name);
  f.Compare("recipe_hash", a.recipe_hash, b.recipe_hash);
  f.Compare("part_id", a.part_id, b.part_id);
  f.Compare("codes", a.codes.size(), b.codes.size());
  for (size_t i = 0; i < a.codes.size() && i < b.codes.size(); ++i) {
    const item::CodeResult& c = a.codes[i];
    const item::CodeResult& d = b.codes[i];
    const std::string at = "codes[" + std::to_string(i) + "].";
    f.Compare(at + "role", c.role, d.role);
    f.Compare(at + "symbology", c.symbology, d.symbology);
    f.Compare(at + "identifier", c.identifier, d.identifier);
    f.Compare(at + "payload", c.payload, d.payload);
    f.Compare(at + "text", c.text, d.text);
    f.Compare(at + "hri", c.hri, d.hri);
    f.Compare(at + "corners", c.quad, d.quad);
    f.Compare(at + "center_counts", c.center_counts, d.center_counts);
    f.Compare(at + "decoder", c.decoder, d.decoder);
    f.Compare(at + "errors_corrected", c.errors_corrected, d.errors_corrected);
    f.Compare(at + "grade", c.grade, d.grade);
    f.Compare(at + "camera", c.camera, d.camera);
    f.Compare(at + "frame_id", c.frame_id, d.frame_id);
  }
  f.Compare("texts", a.texts.size(), b.texts.size());
  for (size_t i = 0; i < a.texts.size() && i < b.texts.size(); ++i) {
    const item::TextResult& t = a.texts[i];
    const item::TextResult& u = b.texts[i];
    const std::string at = "texts[" + std::to_string(i) + "].";
    f.Compare(at + "name", t.name, u.name);
    f.Compare(at + "state", t.state, u.state);
    f.Compare(at + "expected", t.expected, u.expected);
    f.Compare(at + "read", t.read, u.read);
    f.Compare(at + "place", t.place, u.place);
    f.Compare(at + "center_counts", t.center_counts, u.center_counts);
    f.Compare(at + "camera", t.camera, u.camera);
    f.Compare(at + "frame_id", t.frame_id, u.frame_id);
  }
  return std::move(f.different);
}

void RecordComparison::Add(const item::InspectionRecord& record, Side& own, Side& other,
                           uint64_t step) {
  Key key{static_cast<int>(record.kind), record.lane, record.item_seq, 0, 0, 0, {}};
  if (record.kind == item::RecordKind::kStray && !record.codes.empty()) {
    const item::CodeResult& code = record.codes.front();
    key = {static_cast<int>(record.kind),
           record.lane,
           0,
           record.from_count,
           code.camera,
           code.frame_id,
           code.payload};
  }
  const auto partner = other.find(key);
  if (partner == other.end()) {
    own[std::move(key)].push_back({record, step});
    return;
  }
  const item::InspectionRecord waiting = std::move(partner->second.front().record);
  partner->second.pop_front();
  if (partner->second.empty()) other.erase(partner);
  std::vector<std::string> fields =
      &own == &recorded_ ? DifferencesOf(record, waiting) : DifferencesOf(waiting, record);
  if (!fields.empty()) Tell(record, std::move(fields));
}

void RecordComparison::Tell(const item::InspectionRecord& record, std::vector<std::string> fields) {
  ++differences_;
  if (!on_difference_) return;
  on_difference_({record.kind, record.lane, record.item_seq, record.from_count, std::move(fields)});
}

void RecordComparison::Finish(uint64_t unknown_from) {
  for (const auto& [key, waiting] : recorded_) {
    for (const Waiting& w : waiting) Tell(w.record, {"only in the recording"});
  }
  for (const auto& [key, waiting] : replayed_) {
    for (const Waiting& w : waiting) {
      if (w.step < unknown_from) Tell(w.record, {"only in the replay"});
    }
  }
  recorded_.clear();
  replayed_.clear();
}

}  // namespace veriline::line
