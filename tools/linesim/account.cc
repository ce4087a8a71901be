// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/account.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace veriline::linesim {
namespace {

constexpr size_t kMaxErrors = 20;

nlohmann::ordered_json JsonOf(const LatencyHistogram::Summary& s) {
  return {{"p50", s.p50_us}, {"p99", s.p99_us}, {"p999", s.p999_us}, {"max", s.max_us}};
}

std::string Row(const char* name, const LatencyHistogram::Summary& s) {
  return fmt::format(
      "  {:<14} p50 {:>9.0f}   p99 {:>9.0f}   p99.9 {:>9.0f}   max {:>9.0f}   ({})\n", name,
      s.p50_us, s.p99_us, s.p999_us, s.max_us, s.count);
}

}  // namespace

void Account::Note(const GateReport& report, FaultKind fault, std::string what) {
  if (errors.size() < kMaxErrors) errors.push_back({report.item, fault, std::move(what)});
}

void Account::NoteGoodRejected(const GateReport& report, FaultKind fault) {
  ++good_rejected;
  ++good_rejected_by[static_cast<size_t>(report.reason)];
  Note(report, fault,
       report.told ? "good and rejected: " + std::string(Name(report.reason)) +
                         (report.released ? " (released, but the gate stayed closed)" : "")
                   : "good and rejected: nothing was heard of it");
}

void Account::Add(const GateReport& report) {
  const ItemTruth truth = world_.OutlineOf(report.item);
  ++items;
  ++planted[static_cast<size_t>(truth.fault)];
  if (const uint64_t feed = world_.FeedOf(report.item);
      world_.FeedFaultOf(feed) != FaultKind::kNone) {
    feed_faults[feed].fault = world_.FeedFaultOf(feed);
    if (!report.passed) ++feed_faults[feed].rejected;
  }
  // A code that stands on several items is spent by the first that passes: until then each of them
  // is good, then none.
  const uint64_t owner = truth.duplicate_of.value_or(report.item);
  const bool carries = truth.expected().accepted || truth.duplicate_of;
  const bool good = carries && !spent_[owner];
  const bool repeated = truth.duplicate_of || truth.twin;
  if (report.passed) {
    ++accepted;
    spent_[owner] = true;
    if (!good) {
      ++bad_on_good_lane;
      Note(report, truth.fault, "left on the good lane");
    }
  } else {
    ++rejected[static_cast<size_t>(report.reason)];
    const item::RejectReason expected =
        repeated ? item::RejectReason::kDuplicate : truth.expected().reason;
    const bool before_twin = truth.twin && *truth.twin > report.item;
    // Rejected as the duplicate of a twin that comes next: where that does not pass either, it is
    // counted there.
    const bool for_twin = before_twin && report.reason == expected;
    if (good && !for_twin) {
      NoteGoodRejected(report, truth.fault);
    } else if (!good && report.told && report.reason != expected) {
      ++wrong_verdict_reason;
      Note(report, truth.fault,
           "rejected as " + std::string(Name(report.reason)) + " instead of " +
               std::string(Name(expected)));
    }
  }
  if (report.told_again) {
    ++told_again;
    Note(report, truth.fault, "more than one verdict");
  }
  if (!report.told) {
    ++without_verdict;
    Note(report, truth.fault, "without verdict");
    return;
  }
  if (report.last_pixel_ns != 0) from_pixels.Record(report.heard_ns - report.last_pixel_ns);
  if (report.exposure_ns != 0) from_exposure.Record(report.heard_ns - report.exposure_ns);
  from_trigger.Record(report.heard_ns - report.trigger_ns);
}

std::string Account::Table(double codes_per_s, double frames_per_s) const {
  std::string out;
  out += fmt::format("\n{:<28}{:>10}\n{:<28}{:>10}\n", "items", items, "accepted", accepted);
  for (size_t i = 0; i < rejected.size(); ++i) {
    if (rejected[i] == 0) continue;
    const std::string_view name =
        i == 0 ? "nothing heard" : Name(static_cast<item::RejectReason>(i));
    out += fmt::format("  rejected: {:<16}{:>10}\n", name, rejected[i]);
  }
  out += "planted faults\n";
  for (size_t i = 1; i < planted.size(); ++i) {
    if (planted[i] == 0) continue;
    out += fmt::format("  {:<26}{:>10}\n", Name(static_cast<FaultKind>(i)), planted[i]);
  }
  out += fmt::format("{:<28}{:>10}\n", "good items rejected", good_rejected);
  for (size_t i = 0; i < good_rejected_by.size(); ++i) {
    if (good_rejected_by[i] == 0) continue;
    const std::string_view name =
        i == 0 ? "the gate stayed closed" : Name(static_cast<item::RejectReason>(i));
    out += fmt::format("  cause: {:<19}{:>10}\n", name, good_rejected_by[i]);
  }
  out += fmt::format("{:<28}{:>10}\n{:<28}{:>10}\n{:<28}{:>10}\n", "bad on the good lane",
                     bad_on_good_lane, "without verdict", without_verdict, "wrong reason",
                     wrong_verdict_reason);
  if (told_again > 0) out += fmt::format("{:<28}{:>10}\n", "more than one verdict", told_again);
  for (const auto& [feed, fault] : feed_faults) {
    out += fmt::format("  {} {} ({}): {} of {} positions rejected\n",
                       world_.scene().kind == SceneKind::kSheet ? "sheet" : "row", feed,
                       Name(fault.fault), fault.rejected, world_.scene().feed_items());
  }
  out += "latency to a message in the gate's process, in microseconds\n";
  out += Row("from_pixels", from_pixels.Summarize());
  out += Row("from_exposure", from_exposure.Summarize());
  out += Row("from_trigger", from_trigger.Summarize());
  out += fmt::format("{:<28}{:>10.1f}\n{:<28}{:>10.1f}\n", "frames per second", frames_per_s,
                     "codes per second", codes_per_s);
  for (const Error& error : errors) {
    out += fmt::format("item {} ({}): {}\n", error.item, Name(error.fault), error.what);
  }
  return out;
}

std::string Account::Json(double codes_per_s, double frames_per_s) const {
  nlohmann::ordered_json by_reason = nlohmann::ordered_json::object();
  for (size_t i = 0; i < rejected.size(); ++i) {
    if (rejected[i] == 0) continue;
    by_reason[std::string(Name(static_cast<item::RejectReason>(i)))] = rejected[i];
  }
  return nlohmann::ordered_json{{"items", items},
                                {"accepted", accepted},
                                {"rejected", by_reason},
                                {"bad_on_good_lane", bad_on_good_lane},
                                {"good_rejected", good_rejected},
                                {"without_verdict", without_verdict},
                                {"wrong_verdict_reason", wrong_verdict_reason},
                                {"codes_per_s", codes_per_s},
                                {"frames_per_s", frames_per_s},
                                {"from_pixels_us", JsonOf(from_pixels.Summarize())},
                                {"from_exposure_us", JsonOf(from_exposure.Summarize())},
                                {"from_trigger_us", JsonOf(from_trigger.Summarize())}}
      .dump();
}

}  // namespace veriline::linesim
