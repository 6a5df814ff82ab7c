#include "config/ply_file.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NUMBER_CAPACITY 64 // bytes of a number in ASCII, with its terminator
#define WORD_COUNT_MAX 6   // words of a header line that are looked at

typedef enum { FORMAT_ASCII, FORMAT_LITTLE_ENDIAN, FORMAT_BIG_ENDIAN } format_t;

typedef enum {
    TYPE_INT8,
    TYPE_UINT8,
    TYPE_INT16,
    TYPE_UINT16,
    TYPE_INT32,
    TYPE_UINT32,
    TYPE_FLOAT32,
    TYPE_FLOAT64,
    TYPE_NONE,
} type_t;

typedef struct {
    type_t type;
    type_t count_type; // TYPE_NONE but for lists
    int axis;          // 0 x, 1 y, 2 z of a vertex, else -1
} property_t;

typedef struct {
    bool is_vertex;
    int count;
    int property_count;
    property_t properties[PLY_PROPERTY_CAPACITY];
    int line; // of its header
} element_t;

typedef struct {
    const char* path;
    const char* bytes;
    size_t byte_count;
    findings_t* findings;
    format_t format;
    int element_count;
    element_t elements[PLY_ELEMENT_CAPACITY];
    size_t at; // first byte not read
    int line;  // that `at` lies in
    size_t line_start;
    ply_points_t* points;
} reading_t;

/// A word of a line: where it begins and how long it is.
typedef struct {
    size_t start, length;
} word_t;

static bool refuse(const reading_t* reading, size_t at, const char* format, ...)
    __attribute__((format(printf, 3, 4)));
/// Always false. A byte of the current line; in binary data the message says which byte.
static bool refuse(const reading_t* reading, size_t at, const char* format, ...)
{
    char message[FINDING_MESSAGE_CAPACITY];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (reading->line == 0) {
        finding_add(reading->findings, FINDING_ERROR, reading->path, 0, 0, "", NULL, "byte %zu: %s",
                    at, message);
    } else {
        finding_add(reading->findings, FINDING_ERROR, reading->path, reading->line,
                    (int)(at - reading->line_start) + 1, "", NULL, "%s", message);
    }
    return false;
}

// ---------------------------------------------------------------------------------------- lines

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/// The next word of the current line from `*at` on, or one of no length.
static word_t next_word(const reading_t* reading, size_t line_end, size_t* at)
{
    while (*at < line_end && is_blank(reading->bytes[*at]))
        ++*at;
    word_t word = {*at, 0};
    while (*at < line_end && !is_blank(reading->bytes[*at]))
        ++*at;
    word.length = *at - word.start;
    return word;
}

/// Ends of the line that begins at `at`: of its text, and of the whole with its line break. False
/// if the file ends before it.
static bool line_bounds(const reading_t* reading, size_t limit, size_t* text_end, size_t* line_end)
{
    const char* start = reading->bytes + reading->at;
    const size_t left = (limit < reading->byte_count ? limit : reading->byte_count) - reading->at;
    const char* line_break = memchr(start, '\n', left);
    if (line_break == NULL)
        return false;
    *text_end = (size_t)(line_break - reading->bytes);
    *line_end = *text_end + 1;
    if (*text_end > reading->at && reading->bytes[*text_end - 1] == '\r')
        --*text_end;
    return true;
}

static void begin_line(reading_t* reading, size_t at)
{
    reading->at = at;
    reading->line++;
    reading->line_start = at;
}

static bool word_is(const reading_t* reading, word_t word, const char* text)
{
    return strlen(text) == word.length &&
           memcmp(reading->bytes + word.start, text, word.length) == 0;
}

// --------------------------------------------------------------------------------------- header

static type_t type_of(const reading_t* reading, word_t word)
{
    static const struct {
        const char* text;
        type_t type;
    } types[] = {
        {"char", TYPE_INT8},       {"uchar", TYPE_UINT8},    {"short", TYPE_INT16},
        {"ushort", TYPE_UINT16},   {"int", TYPE_INT32},      {"uint", TYPE_UINT32},
        {"float", TYPE_FLOAT32},   {"double", TYPE_FLOAT64}, {"int8", TYPE_INT8},
        {"uint8", TYPE_UINT8},     {"int16", TYPE_INT16},    {"uint16", TYPE_UINT16},
        {"int32", TYPE_INT32},     {"uint32", TYPE_UINT32},  {"float32", TYPE_FLOAT32},
        {"float64", TYPE_FLOAT64},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (word_is(reading, word, types[i].text))
            return types[i].type;
    return TYPE_NONE;
}

static bool read_count(const reading_t* reading, word_t word, int* count)
{
    long sum = 0;
    for (size_t i = 0; i < word.length; i++) {
        const char c = reading->bytes[word.start + i];
        if (c < '0' || c > '9' || i >= 10)
            return refuse(reading, word.start, "the count of an element is a whole number");
        sum = 10 * sum + (c - '0');
    }
    if (word.length == 0 || sum > INT_MAX)
        return refuse(reading, word.start, "the count of an element is a whole number");
    *count = (int)sum;
    return true;
}

static bool header_element(reading_t* reading, const word_t words[])
{
    if (reading->element_count == PLY_ELEMENT_CAPACITY)
        return refuse(reading, words[0].start, "more than %d elements", PLY_ELEMENT_CAPACITY);
    if (words[2].length == 0 || words[3].length > 0)
        return refuse(reading, words[0].start, "an element has a name and a count");
    element_t element = {.is_vertex = word_is(reading, words[1], "vertex"), .line = reading->line};
    if (!read_count(reading, words[2], &element.count))
        return false;
    for (int i = 0; element.is_vertex && i < reading->element_count; i++)
        if (reading->elements[i].is_vertex)
            return refuse(reading, words[1].start, "the element 'vertex' stands in line %d already",
                          reading->elements[i].line);
    if (element.is_vertex && element.count > PLY_POINT_CAPACITY)
        return refuse(reading, words[2].start, "%d vertices; allowed: at most %d", element.count,
                      PLY_POINT_CAPACITY);
    reading->elements[reading->element_count++] = element;
    return true;
}

static int axis_of(const reading_t* reading, word_t word)
{
    static const char* const axes[] = {"x", "y", "z"};
    for (int i = 0; i < 3; i++)
        if (word_is(reading, word, axes[i]))
            return i;
    return -1;
}

static bool header_property(reading_t* reading, const word_t words[])
{
    if (reading->element_count == 0)
        return refuse(reading, words[0].start, "a property before any element");
    element_t* element = &reading->elements[reading->element_count - 1];
    if (element->property_count == PLY_PROPERTY_CAPACITY)
        return refuse(reading, words[0].start, "more than %d properties of one element",
                      PLY_PROPERTY_CAPACITY);
    const bool is_list = word_is(reading, words[1], "list");
    const word_t type = words[is_list ? 3 : 1];
    const word_t name = words[is_list ? 4 : 2];
    if (name.length == 0 || words[is_list ? 5 : 3].length > 0)
        return refuse(reading, words[0].start, "a property has a type and a name");
    property_t property = {.type = type_of(reading, type), .count_type = TYPE_NONE, .axis = -1};
    if (property.type == TYPE_NONE)
        return refuse(reading, type.start,
                      "a property's type is char, uchar, short, ushort, int, "
                      "uint, float, double or one with its bits");
    if (is_list) {
        property.count_type = type_of(reading, words[2]);
        if (property.count_type >= TYPE_FLOAT32)
            return refuse(reading, words[2].start, "a list is counted in whole numbers");
    }
    property.axis = element->is_vertex ? axis_of(reading, name) : -1;
    if (property.axis >= 0) {
        if (is_list || (property.type != TYPE_FLOAT32 && property.type != TYPE_FLOAT64))
            return refuse(reading, type.start, "coordinates are float or double");
        for (int i = 0; i < element->property_count; i++)
            if (element->properties[i].axis == property.axis)
                return refuse(reading, name.start, "the coordinate stands twice");
    }
    element->properties[element->property_count++] = property;
    return true;
}

static bool header_format(reading_t* reading, const word_t words[])
{
    static const char* const texts[] = {"ascii", "binary_little_endian", "binary_big_endian"};
    if (!word_is(reading, words[2], "1.0") || words[3].length > 0)
        return refuse(reading, words[2].start, "the format's version is 1.0");
    for (int i = 0; i < 3; i++)
        if (word_is(reading, words[1], texts[i])) {
            reading->format = (format_t)i;
            return true;
        }
    return refuse(reading, words[1].start,
                  "the format is ascii, binary_little_endian or binary_big_endian");
}

/// One line between the second and the last of a header.
static bool header_line(reading_t* reading, size_t text_end)
{
    word_t words[WORD_COUNT_MAX + 1];
    size_t at = reading->at;
    for (int i = 0; i <= WORD_COUNT_MAX; i++)
        words[i] = next_word(reading, text_end, &at);
    if (word_is(reading, words[0], "comment") || word_is(reading, words[0], "obj_info"))
        return true;
    if (word_is(reading, words[0], "element"))
        return header_element(reading, words);
    if (word_is(reading, words[0], "property"))
        return header_property(reading, words);
    return refuse(reading, reading->at,
                  "a header has format, comment, obj_info, element, property and end_header");
}

static bool check_vertices(reading_t* reading)
{
    for (int i = 0; i < reading->element_count; i++) {
        const element_t* element = &reading->elements[i];
        if (!element->is_vertex)
            continue;
        int axes = 0;
        for (int k = 0; k < element->property_count; k++)
            axes += element->properties[k].axis >= 0 ? 1 : 0;
        if (axes < 3)
            return refuse(reading, reading->at, "a vertex has the properties x, y and z");
        if (element->count < 1)
            return refuse(reading, reading->at, "there are no vertices");
        return true;
    }
    return refuse(reading, reading->at, "there is no element 'vertex'");
}

static bool read_header(reading_t* reading)
{
    size_t text_end = 0;
    size_t line_end = 0;
    bool ended = false;
    for (begin_line(reading, 0); !ended; begin_line(reading, line_end)) {
        if (!line_bounds(reading, PLY_HEADER_CAPACITY, &text_end, &line_end) && reading->line > 1)
            return refuse(reading, reading->at, "no end_header within %d bytes",
                          PLY_HEADER_CAPACITY);
        size_t at = reading->at;
        const word_t first = next_word(reading, text_end, &at);
        ended = word_is(reading, first, "end_header");
        if (reading->line == 1) {
            if (!(text_end == 3 && word_is(reading, first, "ply")))
                return refuse(reading, 0, "a PLY file begins with a line 'ply'");
        } else if (reading->line == 2) {
            const word_t words[4] = {first, next_word(reading, text_end, &at),
                                     next_word(reading, text_end, &at),
                                     next_word(reading, text_end, &at)};
            if (!word_is(reading, first, "format"))
                return refuse(reading, reading->at, "the second line says the format");
            if (!header_format(reading, words))
                return false;
        } else if (ended) {
            if (next_word(reading, text_end, &at).length > 0)
                return refuse(reading, first.start, "end_header stands alone");
            if (!check_vertices(reading))
                return false;
        } else if (!header_line(reading, text_end)) {
            return false;
        }
    }
    return true;
}

// ----------------------------------------------------------------------------------- ASCII data

static bool read_number(const reading_t* reading, word_t word, double* number)
{
    char text[NUMBER_CAPACITY];
    if (word.length == 0)
        return refuse(reading, word.start, "the line ends before all its properties are there");
    if (word.length >= sizeof text)
        return refuse(reading, word.start, "a number of %zu characters", word.length);
    memcpy(text, reading->bytes + word.start, word.length);
    text[word.length] = '\0';
    char* end = text;
    // Digits, signs, points and exponents only: neither "nan", "inf" nor hexadecimal numbers.
    if (strspn(text, "0123456789+-.eE") == word.length)
        *number = strtod(text, &end);
    if (end != text + word.length || !isfinite(*number))
        return refuse(reading, word.start, "not a number");
    return true;
}

static bool integer_fits(double number, type_t type)
{
    static const double lowest[] = {-128.0, 0.0, -32768.0, 0.0, -2147483648.0, 0.0};
    static const double highest[] = {127.0, 255.0, 32767.0, 65535.0, 2147483647.0, 4294967295.0};
    return type >= TYPE_FLOAT32 ||
           (number >= lowest[type] && number <= highest[type] && number == floor(number));
}

static bool keep(reading_t* reading, int index, int axis, double number, size_t at)
{
    const float kept = (float)number;
    if (!isfinite(kept))
        return refuse(reading, at, "a coordinate is not a finite number");
    reading->points->at[index][axis] = kept;
    return true;
}

static bool ascii_property(reading_t* reading, const property_t* property, int index,
                           size_t text_end, size_t* at)
{
    double number = 0.0;
    double count = 1.0;
    if (property->count_type != TYPE_NONE) {
        const word_t word = next_word(reading, text_end, at);
        if (!read_number(reading, word, &count))
            return false;
        if (!integer_fits(count, property->count_type) || count < 0.0)
            return refuse(reading, word.start, "a list's count does not fit its type");
    }
    // Every turn needs a word of the line, so the line's length bounds them.
    for (int64_t i = 0; i < (int64_t)count; i++) {
        const word_t word = next_word(reading, text_end, at);
        if (!read_number(reading, word, &number))
            return false;
        if (!integer_fits(number, property->type))
            return refuse(reading, word.start, "a number does not fit its property's type");
        if (property->axis >= 0 && !keep(reading, index, property->axis, number, word.start))
            return false;
    }
    return true;
}

static bool ascii_row(reading_t* reading, const element_t* element, int index)
{
    size_t text_end = 0;
    size_t line_end = 0;
    if (!line_bounds(reading, reading->byte_count, &text_end, &line_end)) {
        if (reading->at >= reading->byte_count)
            return refuse(reading, reading->at, "the file ends %d rows before its element does",
                          element->count - index);
        text_end = reading->byte_count; // the last line needs no line break
        line_end = text_end;
    }
    size_t at = reading->at;
    for (int i = 0; i < element->property_count; i++)
        if (!ascii_property(reading, &element->properties[i], index, text_end, &at))
            return false;
    const word_t beyond = next_word(reading, text_end, &at);
    if (beyond.length > 0)
        return refuse(reading, beyond.start, "more numbers than properties");
    begin_line(reading, line_end);
    return true;
}

// ---------------------------------------------------------------------------------- binary data

static size_t size_of(type_t type)
{
    static const size_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 8, 0};
    return sizes[type];
}

static double signed_of(uint64_t bits, size_t size)
{
    const uint64_t sign = 1ull << (8 * size - 1);
    return (bits & sign) != 0 ? -(double)((sign << 1) - bits) : (double)bits;
}

static double decode(uint64_t bits, type_t type)
{
    switch (type) {
    case TYPE_INT8:
    case TYPE_INT16:
    case TYPE_INT32:
        return signed_of(bits, size_of(type));
    case TYPE_UINT8:
    case TYPE_UINT16:
    case TYPE_UINT32:
        return (double)bits;
    case TYPE_FLOAT32: {
        const uint32_t word = (uint32_t)bits;
        float number;
        memcpy(&number, &word, sizeof number);
        return (double)number;
    }
    case TYPE_FLOAT64: {
        double number;
        memcpy(&number, &bits, sizeof number);
        return number;
    }
    case TYPE_NONE:
        break;
    }
    return (double)NAN;
}

static bool binary_number(reading_t* reading, type_t type, double* number)
{
    const size_t size = size_of(type);
    if (size > reading->byte_count - reading->at)
        return refuse(reading, reading->at, "the file ends before its last element does");
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++) {
        const size_t from = reading->format == FORMAT_BIG_ENDIAN ? i : size - 1 - i;
        bits = bits << 8 | (unsigned char)reading->bytes[reading->at + from];
    }
    reading->at += size;
    *number = decode(bits, type);
    return true;
}

static bool binary_row(reading_t* reading, const element_t* element, int index)
{
    for (int i = 0; i < element->property_count; i++) {
        const property_t* property = &element->properties[i];
        const size_t start = reading->at;
        double number = 0.0;
        if (property->count_type != TYPE_NONE) {
            double count = 0.0;
            if (!binary_number(reading, property->count_type, &count))
                return false;
            if (count < 0.0)
                return refuse(reading, start, "a list has %.0f entries", count);
            const size_t left = (reading->byte_count - reading->at) / size_of(property->type);
            if (count > (double)left)
                return refuse(reading, start,
                              "a list of %.0f entries goes past the end of the file", count);
            reading->at += (size_t)count * size_of(property->type);
            continue;
        }
        if (!binary_number(reading, property->type, &number))
            return false;
        if (property->axis >= 0 && !keep(reading, index, property->axis, number, start))
            return false;
    }
    return true;
}

// ------------------------------------------------------------------------------------- the whole

static bool read_rows(reading_t* reading)
{
    const bool ascii = reading->format == FORMAT_ASCII;
    if (!ascii)
        reading->line = 0; // from here on places are bytes
    for (int i = 0; i < reading->element_count; i++) {
        const element_t* element = &reading->elements[i];
        if (!ascii && element->property_count == 0)
            continue; // rows of no bytes
        for (int row = 0; row < element->count; row++)
            if (!(ascii ? ascii_row(reading, element, row) : binary_row(reading, element, row)))
                return false;
    }
    size_t beyond = reading->at;
    while (ascii && beyond < reading->byte_count &&
           strchr(" \t\r\n", reading->bytes[beyond]) != NULL && reading->bytes[beyond] != '\0')
        beyond++;
    if (beyond < reading->byte_count)
        return refuse(reading, reading->at, "%zu bytes after the last element",
                      reading->byte_count - beyond);
    return true;
}

bool ply_file_parse(const char* path, const char* bytes, size_t byte_count, ply_points_t* points,
                    findings_t* findings)
{
    reading_t reading = {.path = path,
                         .bytes = bytes,
                         .byte_count = byte_count,
                         .findings = findings,
                         .points = points};
    *points = (ply_points_t){0};
    if (!read_header(&reading))
        return false;
    for (int i = 0; i < reading.element_count; i++)
        if (reading.elements[i].is_vertex)
            points->count = reading.elements[i].count;
    // A row takes two bytes at least ("0" and a line break; coordinates more): no more memory for
    // vertices than a file could hold.
    if ((size_t)points->count > byte_count / 2) {
        points->count = 0;
        return refuse(&reading, reading.at, "the file is too short for its vertices");
    }
    points->at = calloc((size_t)points->count, sizeof points->at[0]);
    const bool ok =
        points->at != NULL ? read_rows(&reading) : refuse(&reading, reading.at, "out of memory");
    if (!ok)
        ply_points_free(points);
    return ok;
}

static bool refuse_file(const char* path, const char* why, findings_t* findings)
{
    finding_add(findings, FINDING_ERROR, path, 0, 0, "", NULL, "%s", why);
    return false;
}

bool ply_file_read(const char* path, ply_points_t* points, findings_t* findings)
{
    *points = (ply_points_t){0};
    struct stat status;
    if (stat(path, &status) != 0)
        return refuse_file(path, strerror(errno), findings);
    if (!S_ISREG(status.st_mode))
        return refuse_file(path, "not a regular file", findings);
    if (status.st_size > PLY_FILE_CAPACITY)
        return refuse_file(path, "larger than 128 MiB", findings);
    FILE* file = fopen(path, "rb");
    if (file == NULL)
        return refuse_file(path, strerror(errno), findings);
    const size_t capacity = (size_t)status.st_size + 1; // one more, so that growth is seen
    char* bytes = malloc(capacity);
    bool ok = bytes != NULL || refuse_file(path, "out of memory", findings);
    if (ok) {
        const size_t byte_count = fread(bytes, 1, capacity, file);
        ok = !ferror(file) || refuse_file(path, "can't be read", findings);
        ok = ok && ply_file_parse(path, bytes, byte_count, points, findings);
    }
    free(bytes);
    fclose(file);
    return ok;
}

void ply_points_free(ply_points_t* points)
{
    free(points->at);
    *points = (ply_points_t){0};
}
