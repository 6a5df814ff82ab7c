#include "config/finding.h"

#include <stdarg.h>
#include <string.h>

// An excerpt shows the whole beginning of a line; where the place lies too far right for that, it
// starts this many characters before it.
#define EXCERPT_WHOLE_COLUMNS 80
#define EXCERPT_LEAD_COLUMNS 40
#define FIGURE_DECIMALS_MOST 9

static int excerpt_first_column(int column)
{
    return column <= EXCERPT_WHOLE_COLUMNS ? 1 : column - EXCERPT_LEAD_COLUMNS;
}

/// Bytes of the UTF-8 character at `text`, or 0 where there is none.
static size_t character_size(const char* text)
{
    const unsigned char* byte = (const unsigned char*)text;
    const size_t size = byte[0] < 0x80   ? 1u
                        : byte[0] < 0xC2 ? 0u
                        : byte[0] < 0xE0 ? 2u
                        : byte[0] < 0xF0 ? 3u
                        : byte[0] < 0xF5 ? 4u
                                         : 0u;
    for (size_t i = 1; i < size; i++)
        if ((byte[i] & 0xC0u) != 0x80u)
            return 0;
    return size;
}

/// Copies the line at `line` up to its end, from the column the excerpt of `column` begins at. What
/// a terminal could not show becomes one '?' a character, so that the caret still points at its
/// place.
static void copy_excerpt(char* excerpt, const char* line, int column)
{
    size_t used = 0;
    const int first_column = excerpt_first_column(column);
    for (int at = 1; *line != '\0' && *line != '\n' && *line != '\r'; at++) {
        const size_t size = character_size(line);
        const unsigned char byte = (unsigned char)*line;
        const bool shown = size > 1 || (size == 1 && byte >= 0x20 && byte != 0x7F);
        if (at >= first_column) {
            const size_t written = shown ? size : 1u;
            if (used + written >= FINDING_EXCERPT_CAPACITY)
                break;
            memcpy(excerpt + used, shown ? line : (byte == '\t' ? " " : "?"), written);
            used += written;
        }
        line += size > 0 ? size : 1u;
    }
    excerpt[used] = '\0';
}

/// Cuts a text that was printed into a full buffer at a whole character.
static void cut_to_character(char* text)
{
    size_t length = strlen(text), at = length;
    while (at > 0 && ((unsigned char)text[at - 1] & 0xC0u) == 0x80u)
        at--;
    if (at > 0 && character_size(text + at - 1) != length - at + 1)
        text[at - 1] = '\0';
}

static bool is_known(const findings_t* findings, const finding_t* finding)
{
    for (int i = 0; i < findings->count; i++) {
        const finding_t* kept = &findings->at[i];
        if (kept->line == finding->line && kept->column == finding->column &&
            kept->severity == finding->severity && strcmp(kept->path, finding->path) == 0 &&
            strcmp(kept->field, finding->field) == 0 &&
            strcmp(kept->message, finding->message) == 0)
            return true;
    }
    return false;
}

void finding_add(findings_t* findings, finding_severity_t severity, const char* path, int line,
                 int column, const char* field, const char* excerpt, const char* format, ...)
{
    finding_t finding = {.severity = severity, .line = line, .column = column};
    snprintf(finding.path, sizeof finding.path, "%s", path);
    snprintf(finding.field, sizeof finding.field, "%s", field == NULL ? "" : field);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding.message, sizeof finding.message, format, arguments);
    va_end(arguments);
    cut_to_character(finding.path);
    cut_to_character(finding.field);
    cut_to_character(finding.message);
    if (excerpt != NULL && line > 0)
        copy_excerpt(finding.excerpt, excerpt, column);
    if (is_known(findings, &finding))
        return;
    if (severity == FINDING_ERROR)
        findings->error_count++;
    else
        findings->warning_count++;
    if (findings->count < FINDING_CAPACITY)
        findings->at[findings->count++] = finding;
}

/// Where the path of a finding was first met: files stay in the order they were read.
static int path_rank(const findings_t* findings, int index)
{
    int rank = 0;
    while (strcmp(findings->at[rank].path, findings->at[index].path) != 0)
        rank++;
    return rank;
}

static bool comes_before(const findings_t* findings, int a, int b)
{
    const int rank_a = path_rank(findings, a), rank_b = path_rank(findings, b);
    const finding_t *first = &findings->at[a], *second = &findings->at[b];
    if (rank_a != rank_b)
        return rank_a < rank_b;
    if (first->line != second->line)
        return first->line < second->line;
    return first->column < second->column;
}

/// Fills `order` with the indices of the findings, sorted by place; equal places keep their order.
static void sort_by_place(const findings_t* findings, int order[FINDING_CAPACITY])
{
    for (int i = 0; i < findings->count; i++) {
        int at = i;
        while (at > 0 && comes_before(findings, i, order[at - 1])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

static void print_finding(const finding_t* finding, FILE* out)
{
    fputs(finding->path, out);
    if (finding->line > 0)
        fprintf(out, ":%d:%d", finding->line, finding->column);
    fputs(": ", out);
    if (finding->severity == FINDING_WARNING)
        fputs("warning: ", out);
    if (finding->field[0] != '\0')
        fprintf(out, "%s: ", finding->field);
    fprintf(out, "%s\n", finding->message);
    if (finding->excerpt[0] == '\0')
        return;
    const int caret_column = finding->column - excerpt_first_column(finding->column);
    fprintf(out, "    %s\n    %*s^\n", finding->excerpt, caret_column > 0 ? caret_column : 0, "");
}

void findings_print(const findings_t* findings, FILE* out)
{
    int order[FINDING_CAPACITY];
    sort_by_place(findings, order);
    for (int i = 0; i < findings->count; i++)
        print_finding(&findings->at[order[i]], out);
    const int dropped = findings->error_count + findings->warning_count - findings->count;
    if (dropped > 0)
        fprintf(out, "... and %d more\n", dropped);
}

void finding_print_json_text(const char* text, FILE* out)
{
    fputc('"', out);
    while (*text != '\0') {
        const unsigned char byte = (unsigned char)*text;
        const size_t size = character_size(text);
        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte < 0x20 || byte == 0x7F)
            fprintf(out, "\\u%04x", byte);
        else if (size == 0)
            fputs("\\ufffd", out);
        else
            fwrite(text, 1, size, out);
        text += size > 0 ? size : 1u;
    }
    fputc('"', out);
}

void findings_print_json(const findings_t* findings, FILE* out)
{
    int order[FINDING_CAPACITY];
    sort_by_place(findings, order);
    fputs("[", out);
    for (int i = 0; i < findings->count; i++) {
        const finding_t* finding = &findings->at[order[i]];
        fprintf(out, "%s\n  {\"severity\": \"%s\", \"path\": ", i > 0 ? "," : "",
                finding->severity == FINDING_ERROR ? "error" : "warning");
        finding_print_json_text(finding->path, out);
        fprintf(out, ", \"line\": %d, \"column\": %d, \"field\": ", finding->line, finding->column);
        finding_print_json_text(finding->field, out);
        fputs(", \"message\": ", out);
        finding_print_json_text(finding->message, out);
        fputs(", \"excerpt\": ", out);
        finding_print_json_text(finding->excerpt, out);
        fputs("}", out);
    }
    fputs(findings->count > 0 ? "\n]\n" : "]\n", out);
}

// ------------------------------------------------------------------------- what was probably meant

#define NEAREST_WORD_CAPACITY 64 // longer words are not compared

static char lower_case(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static int smallest(int a, int b)
{
    return a < b ? a : b;
}

/// Letters to insert, drop, replace or swap with their neighbour to turn one word into the other,
/// case apart (optimal string alignment).
static int edit_distance(const char* a, int a_length, const char* b, int b_length)
{
    int rows[3][NEAREST_WORD_CAPACITY + 1];
    for (int j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (int i = 1; i <= a_length; i++) {
        int* row = rows[i % 3];
        const int* above = rows[(i + 2) % 3];
        const int* two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= b_length; j++) {
            const char x = lower_case(a[i - 1]), y = lower_case(b[j - 1]);
            row[j] = smallest(above[j] + 1, row[j - 1] + 1);
            row[j] = smallest(row[j], above[j - 1] + (x == y ? 0 : 1));
            if (i > 1 && j > 1 && x == lower_case(b[j - 2]) && lower_case(a[i - 2]) == y)
                row[j] = smallest(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

const char* finding_nearest(const char* given, const char* const* words)
{
    const size_t given_length = strlen(given);
    if (given_length == 0 || given_length > NEAREST_WORD_CAPACITY)
        return NULL;
    const int allowed = given_length <= 3 ? 1 : (int)given_length / 3;
    const char* nearest = NULL;
    int nearest_distance = allowed + 1;
    for (int i = 0; words[i] != NULL; i++) {
        const size_t length = strlen(words[i]);
        if (length > NEAREST_WORD_CAPACITY)
            continue;
        const int distance = edit_distance(given, (int)given_length, words[i], (int)length);
        if (distance < nearest_distance) {
            nearest_distance = distance;
            nearest = words[i];
        }
    }
    // A word cut short, or one with something hung on, is meant just as often as a mistyped one.
    for (int i = 0; nearest == NULL && words[i] != NULL; i++) {
        const size_t length = strlen(words[i]);
        const size_t shared = length < given_length ? length : given_length;
        if (shared >= 4 && strncmp(given, words[i], shared) == 0)
            nearest = words[i];
    }
    return nearest;
}

finding_figures_t finding_figures(double measured, double allowed, int decimals)
{
    finding_figures_t texts;
    const bool differ = measured < allowed || measured > allowed; // else no digits help
    for (int shown = decimals;; shown++) {
        (void)snprintf(texts.measured, sizeof texts.measured, "%.*f", shown, measured);
        (void)snprintf(texts.allowed, sizeof texts.allowed, "%.*f", shown, allowed);
        if (!differ || shown >= FIGURE_DECIMALS_MOST ||
            strcmp(texts.measured, texts.allowed) != 0) {
            return texts;
        }
    }
}
