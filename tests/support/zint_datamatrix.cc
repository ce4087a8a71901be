// SPDX-License-Identifier: Apache-2.0
#include "tests/support/zint_datamatrix.h"

#include <zint.h>

#include <memory>

namespace veriline::testing {

std::optional<ZintModules> EncodeWithZint(const std::string& text, const ZintDataMatrix& options) {
  const std::unique_ptr<zint_symbol, void (*)(zint_symbol*)> symbol(ZBarcode_Create(),
                                                                    &ZBarcode_Delete);
  symbol->symbology = BARCODE_DATAMATRIX;
  symbol->input_mode = options.gs1 ? GS1_MODE : options.eci != 0 ? UNICODE_MODE : DATA_MODE;
  symbol->option_2 = options.size;
  symbol->eci = options.eci;
  symbol->structapp.index = options.append_index;
  symbol->structapp.count = options.append_count;
  if (ZBarcode_Encode(symbol.get(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) >= ZINT_ERROR) {
    return std::nullopt;
  }
  ZintModules modules{symbol->rows, symbol->width, {}};
  for (int row = 0; row < modules.rows; ++row) {
    for (int col = 0; col < modules.cols; ++col) {
      modules.dark.push_back((symbol->encoded_data[row][col >> 3] >> (col & 7)) & 1);
    }
  }
  return modules;
}

}  // namespace veriline::testing
