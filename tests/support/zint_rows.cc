// SPDX-License-Identifier: Apache-2.0
#include "tests/support/zint_rows.h"

#include <zint.h>

#include <memory>

namespace veriline::testing {

ZintRows RowsByZint(int symbology, const std::string& text, bool gs1, int option_2) {
  const std::unique_ptr<zint_symbol, void (*)(zint_symbol*)> symbol(ZBarcode_Create(),
                                                                    &ZBarcode_Delete);
  symbol->symbology = symbology;
  symbol->input_mode = gs1 ? GS1_MODE : DATA_MODE;
  symbol->option_2 = option_2;
  ZintRows out;
  if (ZBarcode_Encode(symbol.get(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) >= ZINT_ERROR) {
    return out;
  }
  for (int row = 0; row < symbol->rows; ++row) {
    const auto dark = [&](int i) {
      return (symbol->encoded_data[row][i >> 3] >> (i & 7) & 1) != 0;
    };
    std::vector<double> widths;
    for (int i = 0; i < symbol->width;) {
      int end = i;
      while (end < symbol->width && dark(end) == dark(i)) ++end;
      if (!widths.empty() || dark(i)) widths.push_back(end - i);
      i = end;
    }
    if (widths.size() % 2 == 0 && !widths.empty()) widths.pop_back();
    out.rows.push_back(widths);
  }
  out.ok = true;
  return out;
}

}  // namespace veriline::testing
