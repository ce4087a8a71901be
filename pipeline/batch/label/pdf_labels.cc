// SPDX-License-Identifier: Apache-2.0
#include <cairo-pdf.h>
#include <cairo.h>

#include <memory>

#include "pipeline/batch/label/label.h"

namespace veriline::batch {
namespace {

constexpr double kPointsPerInch = 72;

class PdfLabels final : public LabelWriter {
 public:
  PdfLabels(const std::string& path, const LabelLayout& layout) {
    const double points_per_mm = kPointsPerInch / 25.4;
    surface_.reset(cairo_pdf_surface_create(path.c_str(), layout.width_mm * points_per_mm,
                                            layout.height_mm * points_per_mm));
    cairo_.reset(cairo_create(surface_.get()));
    cairo_scale(cairo_.get(), kPointsPerInch / layout.dpi, kPointsPerInch / layout.dpi);
    cairo_select_font_face(cairo_.get(), "DejaVu Sans Mono", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo_.get(), layout.text_mm * layout.dpi / 25.4);
  }

  void Write(const Label& label) override {
    cairo_t* c = cairo_.get();
    for (const Label::Symbol& symbol : label.symbols) {
      const LabelModules& m = symbol.modules;
      // All of a symbol in one fill: shapes that touch leave no seam between them.
      for (int row = 0; row < m.rows; ++row) {
        for (int col = 0; col < m.cols;) {
          int end = col;
          while (end < m.cols && m.At(row, end)) ++end;
          if (end > col) {
            cairo_rectangle(c, symbol.x + col * symbol.module_dots,
                            symbol.y + row * symbol.row_dots, (end - col) * symbol.module_dots,
                            symbol.row_dots);
          }
          col = end + 1;
        }
      }
      cairo_fill(c);
    }
    for (const Label::Line& line : label.lines) {
      cairo_move_to(c, line.x, line.baseline);
      cairo_show_text(c, line.text.c_str());
    }
    cairo_show_page(c);
  }

  bool Finish() override {
    cairo_surface_finish(surface_.get());
    return cairo_status(cairo_.get()) == CAIRO_STATUS_SUCCESS &&
           cairo_surface_status(surface_.get()) == CAIRO_STATUS_SUCCESS;
  }

 private:
  struct Destroy {
    void operator()(cairo_t* c) const { cairo_destroy(c); }
    void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
  };
  std::unique_ptr<cairo_surface_t, Destroy> surface_;
  std::unique_ptr<cairo_t, Destroy> cairo_;
};

}  // namespace

std::unique_ptr<LabelWriter> MakePdfLabels(const std::string& path, const LabelLayout& layout) {
  return std::make_unique<PdfLabels>(path, layout);
}

}  // namespace veriline::batch
