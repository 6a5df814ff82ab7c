#include "controller/cli/json_text.h"

#include <math.h>

void json_print_text(FILE* out, const char* text)
{
    (void)fputc('"', out);
    for (const char* at = text; *at != '\0'; ++at) {
        const unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\') {
            (void)fprintf(out, "\\%c", byte);
        } else if (byte < 0x20) {
            (void)fprintf(out, "\\u%04x", byte);
        } else {
            (void)fputc(byte, out);
        }
    }
    (void)fputc('"', out);
}

void json_print_number(FILE* out, double number)
{
    if (isfinite(number)) {
        (void)fprintf(out, "%.17g", number);
    } else {
        (void)fputs("null", out);
    }
}
