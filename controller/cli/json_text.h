/// Values as JSON (RFC 8259) for the verbs that take `--json`.
#ifndef KNEAD_CONTROLLER_CLI_JSON_TEXT_H
#define KNEAD_CONTROLLER_CLI_JSON_TEXT_H

#include <stdio.h>

/// A text in quotes; control characters, quotes and backslashes escaped, the rest as it is.
void json_print_text(FILE* out, const char* text);

/// A number with enough digits to be read back exactly; null where it is not finite.
void json_print_number(FILE* out, double number);

#endif
