/// Findings about files: what is wrong, exactly where, what is allowed, and what was probably
/// meant. A bounded list that a whole pass over a file fills; printing is the caller's business.
#ifndef KNEAD_CONFIG_FINDING_H
#define KNEAD_CONFIG_FINDING_H

#include <stdbool.h>
#include <stdio.h>

#include "config/settings.h"

#define FINDING_CAPACITY 64 // more are counted, not kept
#define FINDING_MESSAGE_CAPACITY 320
#define FINDING_FIELD_CAPACITY 160
#define FINDING_EXCERPT_CAPACITY 120

typedef enum { FINDING_ERROR, FINDING_WARNING } finding_severity_t;

typedef struct {
    finding_severity_t severity;
    char path[TEXT_CAPACITY];
    int line;                           // 1-based; 0 where the whole file is meant
    int column;                         // 1-based
    char field[FINDING_FIELD_CAPACITY]; // key path: steps[2].force
    char message[FINDING_MESSAGE_CAPACITY];
    char excerpt[FINDING_EXCERPT_CAPACITY]; // the line as written, cut and made printable
} finding_t;

typedef struct {
    int count;         // kept
    int error_count;   // met, kept or not
    int warning_count; // met, kept or not
    finding_t at[FINDING_CAPACITY];
} findings_t;

/// Adds one, unless the same stands there already. `format` as for printf. Lines and columns are
/// 1-based, columns count characters. `excerpt` points at the beginning of the line as written and
/// is read up to its end; null for none. Texts that are too long are cut at a whole character.
void finding_add(findings_t* findings, finding_severity_t severity, const char* path, int line,
                 int column, const char* field, const char* excerpt, const char* format, ...)
    __attribute__((format(printf, 8, 9)));

/// `file:line:col: field: message`, the excerpt below it with a caret, in order of place. The last
/// line counts what was not kept.
void findings_print(const findings_t* findings, FILE* out);

/// The same as a JSON array of objects with the members of finding_t.
void findings_print_json(const findings_t* findings, FILE* out);

/// Writes `text` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
void finding_print_json_text(const char* text, FILE* out);

/// The word of `words` nearest to `given` if it is near enough to be what was meant, else null.
/// `words` ends with a null pointer.
const char* finding_nearest(const char* given, const char* const* words);

/// Texts of a refused figure and of what is allowed.
#define FINDING_FIGURE_CAPACITY 32
typedef struct {
    char measured[FINDING_FIGURE_CAPACITY];
    char allowed[FINDING_FIGURE_CAPACITY];
} finding_figures_t;

/// Both figures with at least so many decimals, and as many more as it takes to tell them apart: a
/// refusal does not read as if it kept what it is refused for.
finding_figures_t finding_figures(double measured, double allowed, int decimals);

#endif
