// SPDX-License-Identifier: Apache-2.0
#include "tools/veriline/symbology_list.h"

namespace veriline::tools {

Checked<SymbologySet> SymbologiesFromNames(const std::vector<std::string>& names) {
  if (names.empty()) return SymbologySet::All();
  SymbologySet symbologies;
  for (const std::string& name : names) {
    const auto symbology = SymbologyFromName(name);
    if (!symbology) {
      std::string known = "use ";
      for (int i = 1; i < kSymbologyCount; ++i) {
        known += i == 1 ? "" : ", ";
        known += Name(static_cast<Symbology>(i));
      }
      return Fail(Diagnostic{.message = "--symbologies: there is no symbology \"" + name + "\"",
                             .advice = std::move(known)});
    }
    symbologies.Add(*symbology);
  }
  return symbologies;
}

}  // namespace veriline::tools
