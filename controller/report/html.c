#include "controller/report/html.h"

#include <math.h>
#include <stdlib.h>

static void put_letter(FILE* out, char letter)
{
    switch (letter) {
    case '&':
        (void)fputs("&amp;", out);
        break;
    case '<':
        (void)fputs("&lt;", out);
        break;
    case '>':
        (void)fputs("&gt;", out);
        break;
    case '"':
        (void)fputs("&quot;", out);
        break;
    case '\'':
        (void)fputs("&#39;", out);
        break;
    default:
        if ((unsigned char)letter < 0x20 && letter != '\n' && letter != '\t') {
            (void)fputs("\xEF\xBF\xBD", out);
        } else {
            (void)fputc(letter, out);
        }
    }
}

void html_text(FILE* out, const char* text)
{
    for (; *text; text++) {
        put_letter(out, *text);
    }
}

void html_name(FILE* out, const char* name)
{
    for (; *name; name++) {
        put_letter(out, *name == '_' ? ' ' : *name);
    }
}

void html_number(FILE* out, double number, int decimals)
{
    if (!isfinite(number)) {
        (void)fputs("\xE2\x80\x93", out);
        return;
    }
    char digits[64];
    (void)snprintf(digits, sizeof digits, "%.*f", decimals, fabs(number));
    // "-0.0" would claim a sign that rounding took away.
    if (number < 0.0 && strtod(digits, NULL) > 0.0) {
        (void)fputs("\xE2\x88\x92", out);
    }
    (void)fputs(digits, out);
}
