/// Text and numbers into HTML and SVG, escaped.
#ifndef KNEAD_CONTROLLER_REPORT_HTML_H
#define KNEAD_CONTROLLER_REPORT_HTML_H

#include <stdio.h>

/// Text as content or inside a double-quoted attribute; control characters become U+FFFD.
void html_text(FILE* out, const char* text);

/// The same with underscores as spaces, for names made for machines.
void html_name(FILE* out, const char* name);

/// A number with `decimals` digits, a true minus sign, and a dash where it is not finite.
void html_number(FILE* out, double number, int decimals);

#endif
