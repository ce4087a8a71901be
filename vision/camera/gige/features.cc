// SPDX-License-Identifier: Apache-2.0
#include "vision/camera/gige/features.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "vision/camera/gige/glib_ptr.h"

namespace veriline::camera {
namespace {

/// SFNC 2 → SFNC 1.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kOlderNames = {
    {{"ExposureTime", "ExposureTimeAbs"},
     {"Gain", "GainRaw"},
     {"AcquisitionFrameRate", "AcquisitionFrameRateAbs"}}};

/// A float may be rounded to a step of the camera that it does not tell.
constexpr double kMostRounding = 0.01;

auto Refuse(const std::string& name, const std::string& why, const std::string& advice) {
  return Fail(Diagnostic{.code = ErrorCode::kOutOfRange,
                         .message = "the camera's feature " + name + " " + why,
                         .advice = advice,
                         .key = "features." + name});
}

template <class T>
std::optional<T> Parse(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Checked<void> SetInteger(ArvDevice* device, const std::string& name, const std::string& text) {
  gint64 least = 0, most = 0;
  arv_device_get_integer_feature_bounds(device, name.c_str(), &least, &most, nullptr);
  const gint64 step =
      std::max<gint64>(1, arv_device_get_integer_feature_increment(device, name.c_str(), nullptr));
  const std::string allowed =
      step == 1 ? fmt::format("allowed: {} to {}", least, most)
                : fmt::format("allowed: {} to {} in steps of {}", least, most, step);
  const auto value = Parse<int64_t>(text);
  if (!value || *value < least || *value > most || (*value - least) % step != 0) {
    return Refuse(name, "does not take " + text, allowed);
  }
  GErrorSlot error;
  arv_device_set_integer_feature_value(device, name.c_str(), *value, error.out());
  if (error) return Refuse(name, "refused " + text + ": " + error.message(), allowed);
  const gint64 now = arv_device_get_integer_feature_value(device, name.c_str(), error.out());
  if (error) return Refuse(name, "cannot be read back: " + error.message(), allowed);
  if (now != *value) return Refuse(name, fmt::format("took {} for {}", now, text), allowed);
  return {};
}

Checked<void> SetFloat(ArvDevice* device, const std::string& name, const std::string& text) {
  double least = 0, most = 0;
  arv_device_get_float_feature_bounds(device, name.c_str(), &least, &most, nullptr);
  const std::string allowed = fmt::format("allowed: {:g} to {:g}", least, most);
  const auto value = Parse<double>(text);
  if (!value || !(*value >= least && *value <= most)) {
    return Refuse(name, "does not take " + text, allowed);
  }
  GErrorSlot error;
  arv_device_set_float_feature_value(device, name.c_str(), *value, error.out());
  if (error) return Refuse(name, "refused " + text + ": " + error.message(), allowed);
  const double now = arv_device_get_float_feature_value(device, name.c_str(), error.out());
  if (error) return Refuse(name, "cannot be read back: " + error.message(), allowed);
  const double step = arv_device_get_float_feature_increment(device, name.c_str(), nullptr);
  const double slack = std::max(std::abs(*value) * kMostRounding, step < most - least ? step : 0.0);
  if (!(std::abs(now - *value) <= slack)) {
    return Refuse(name, fmt::format("took {:g} for {}", now, text), allowed);
  }
  return {};
}

Checked<void> SetChoice(ArvDevice* device, const std::string& name, const std::string& text) {
  GErrorSlot error;
  guint count = 0;
  const std::unique_ptr<const char*, GFree> entries(
      arv_device_dup_available_enumeration_feature_values_as_strings(device, name.c_str(), &count,
                                                                     nullptr));
  std::string allowed = "allowed:";
  bool known = false;
  for (guint i = 0; i < count; ++i) {
    allowed += std::string(i == 0 ? " " : ", ") + entries.get()[i];
    known = known || text == entries.get()[i];
  }
  if (!known) return Refuse(name, "does not take " + text, allowed);
  arv_device_set_string_feature_value(device, name.c_str(), text.c_str(), error.out());
  if (error) return Refuse(name, "refused " + text + ": " + error.message(), allowed);
  const char* now = arv_device_get_string_feature_value(device, name.c_str(), error.out());
  if (error || now == nullptr) {
    return Refuse(name, "cannot be read back: " + error.message(), allowed);
  }
  if (text != now) return Refuse(name, std::string("took ") + now + " for " + text, allowed);
  return {};
}

Checked<void> SetFlag(ArvDevice* device, const std::string& name, const std::string& text) {
  const bool on = text == "true" || text == "1";
  if (!on && text != "false" && text != "0") {
    return Refuse(name, "does not take " + text, "allowed: true, false");
  }
  GErrorSlot error;
  arv_device_set_boolean_feature_value(device, name.c_str(), on, error.out());
  if (error)
    return Refuse(name, "refused " + text + ": " + error.message(), "allowed: true, false");
  const bool now = arv_device_get_boolean_feature_value(device, name.c_str(), error.out());
  if (error || now != on) return Refuse(name, "did not take " + text, "allowed: true, false");
  return {};
}

Checked<void> SetText(ArvDevice* device, const std::string& name, const std::string& text) {
  GErrorSlot error;
  arv_device_set_string_feature_value(device, name.c_str(), text.c_str(), error.out());
  if (error) return Refuse(name, "refused " + text + ": " + error.message(), "see its manual");
  return {};
}

}  // namespace

std::string FeatureOf(ArvDevice* device, const std::string& name) {
  if (arv_device_get_feature(device, name.c_str()) != nullptr) return name;
  for (const auto& [newer, older] : kOlderNames) {
    if (name == newer && arv_device_get_feature(device, older.data()) != nullptr) {
      return std::string(older);
    }
  }
  return {};
}

Checked<void> SetFeature(ArvDevice* device, const std::string& asked, const std::string& value) {
  const std::string name = FeatureOf(device, asked);
  ArvGcNode* node = name.empty() ? nullptr : arv_device_get_feature(device, name.c_str());
  if (!ARV_IS_GC_FEATURE_NODE(node)) {
    return Refuse(asked, "is not known to it",
                  "the names are those of its manual (GenICam SFNC), with their capitals");
  }
  if (ARV_IS_GC_COMMAND(node)) {
    GErrorSlot error;
    arv_device_execute_command(device, name.c_str(), error.out());
    if (error) return Refuse(name, "cannot be executed: " + error.message(), "see its manual");
    return {};
  }
  ArvGcFeatureNode* feature = ARV_GC_FEATURE_NODE(node);
  if (!arv_gc_feature_node_is_implemented(feature, nullptr) ||
      !arv_gc_feature_node_is_available(feature, nullptr) ||
      arv_gc_feature_node_is_locked(feature, nullptr)) {
    return Refuse(name, "cannot be set as the camera stands",
                  "another feature governs it; set that one first (the order counts)");
  }
  if (arv_gc_feature_node_get_actual_access_mode(feature) == ARV_GC_ACCESS_MODE_RO) {
    return Refuse(name, "can only be read", "leave it out");
  }
  if (ARV_IS_GC_ENUMERATION(node)) return SetChoice(device, name, value);
  if (ARV_IS_GC_BOOLEAN(node)) return SetFlag(device, name, value);
  if (ARV_IS_GC_STRING(node)) return SetText(device, name, value);
  // A converter or register may be both; its numbers are then read as what they are.
  if (ARV_IS_GC_FLOAT(node)) return SetFloat(device, name, value);
  return SetInteger(device, name, value);
}

}  // namespace veriline::camera
