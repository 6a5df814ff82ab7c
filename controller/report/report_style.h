/// Style and script of `report.html`, as text.
///
/// Colours: Okabe and Ito's palette for what must be told apart (it can be by the colour-blind),
/// one ramp from light to dark for forces, which turns round on a dark page. Contrast of text is at
/// least 4.5:1.
#ifndef KNEAD_CONTROLLER_REPORT_REPORT_STYLE_H
#define KNEAD_CONTROLLER_REPORT_REPORT_STYLE_H

#include <stdio.h>

#include "controller/report/web/bundle.h"

/// The content of the <style> element.
void report_write_style(FILE* out);

/// The content of the <script> element of a page that stands still: a cursor over the force chart
/// that reads its values out.
web_text_t report_script(void);

#endif
