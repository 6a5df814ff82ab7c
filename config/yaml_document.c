#include "config/yaml_document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// libyaml has a tree of its own, which is not used (it resolves aliases and knows no limits); its
// two type names are moved out of the way of ours.
#define yaml_node_t libyaml_node_t
#define yaml_document_t libyaml_document_t
#include <yaml.h>
#undef yaml_node_t
#undef yaml_document_t

/// A collection whose end has not come yet.
typedef struct {
    int node;
    int last_child; // -1 while it has none
    bool key_read;  // a mapping's key stands, its value is still to come
    const char* key;
    int key_line, key_column;
} open_collection_t;

/// One pass over the events of one file.
typedef struct {
    yaml_document_t* document;
    findings_t* findings;
    size_t node_capacity;
    size_t text_capacity;
    size_t text_used;
    int depth;
    open_collection_t open[YAML_DEPTH_CAPACITY];
    int document_count;
    bool root_read;
} reading_t;

static const char* line_start(const yaml_document_t* document, int line)
{
    const char* at = document->bytes;
    for (int i = 1; i < line; i++) {
        const char* end = strchr(at, '\n');
        if (end == NULL)
            return at;
        at = end + 1;
    }
    return at;
}

void yaml_document_add_finding(const yaml_document_t* document, finding_severity_t severity,
                               int line, int column, const char* field, const char* message,
                               findings_t* findings)
{
    const char* excerpt = document->bytes == NULL ? NULL : line_start(document, line);
    finding_add(findings, severity, document->path, line, column, field, excerpt, "%s", message);
}

static void refuse(const reading_t* reading, yaml_mark_t mark, const char* message)
{
    yaml_document_add_finding(reading->document, FINDING_ERROR, (int)mark.line + 1,
                              (int)mark.column + 1, "", message, reading->findings);
}

/// Refuses at a byte of the file; the column counts characters.
static void refuse_at_byte(const reading_t* reading, size_t offset, const char* message)
{
    yaml_mark_t mark = {0};
    const char* bytes = reading->document->bytes;
    for (size_t i = 0; i < offset; i++) {
        if (bytes[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)bytes[i] & 0xC0u) != 0x80u) {
            mark.column++;
        }
    }
    refuse(reading, mark, message);
}

// ------------------------------------------------------------------------------- before libyaml

/// Bytes of the well-formed UTF-8 character at `at` (RFC 3629: shortest form, no surrogates), or 0.
static size_t utf8_size(const unsigned char* at, size_t left)
{
    if (at[0] < 0x80)
        return 1;
    const size_t size = at[0] < 0xC2 ? 0u : at[0] < 0xE0 ? 2u : at[0] < 0xF0 ? 3u : 4u;
    if (size == 0 || size > left || at[0] > 0xF4)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xC0u) != 0x80u)
            return 0;
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) ||
        (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F))
        return 0;
    return size;
}

/// Refuses whatever is not plain UTF-8 text. One finding is enough: such a file is not ours.
static bool bytes_are_text(const reading_t* reading)
{
    const unsigned char* bytes = (const unsigned char*)reading->document->bytes;
    const size_t count = (size_t)reading->document->byte_count;
    if (count >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        refuse_at_byte(reading, 0, "the file begins with a byte order mark; save it without");
        return false;
    }
    for (size_t i = 0; i < count;) {
        const size_t size = utf8_size(bytes + i, count - i);
        const bool control = size == 1 && (bytes[i] < 0x20 || bytes[i] == 0x7F) &&
                             bytes[i] != '\t' && bytes[i] != '\n' && bytes[i] != '\r';
        if (size == 0 || control) {
            refuse_at_byte(reading, i,
                           size == 0 ? "not UTF-8 text" : "a control character; only text is read");
            return false;
        }
        i += size;
    }
    return true;
}

// ------------------------------------------------------------------------------------ the tree

/// Keeps a text for as long as the document lives; null where it does not fit.
static const char* keep_text(reading_t* reading, const char* text, size_t length)
{
    if (length >= reading->text_capacity - reading->text_used)
        return NULL;
    char* kept = reading->document->texts + reading->text_used;
    memcpy(kept, text, length);
    kept[length] = '\0';
    reading->text_used += length + 1;
    return kept;
}

/// Adds a node below the innermost open collection; -1 with a finding where it may not stand.
static int add_node(reading_t* reading, yaml_node_kind_t kind, yaml_mark_t mark)
{
    yaml_document_t* document = reading->document;
    if ((size_t)document->node_count >= reading->node_capacity) {
        char message[80];
        snprintf(message, sizeof message, "more than %d values in one file", YAML_NODE_CAPACITY);
        refuse(reading, mark, message);
        return -1;
    }
    const int index = document->node_count++;
    yaml_node_t* node = &document->nodes[index];
    *node = (yaml_node_t){.kind = kind,
                          .line = (int)mark.line + 1,
                          .column = (int)mark.column + 1,
                          .first_child = -1,
                          .next = -1};
    if (reading->depth == 0) {
        reading->root_read = true;
        return index;
    }
    open_collection_t* parent = &reading->open[reading->depth - 1];
    if (document->nodes[parent->node].kind == YAML_NODE_MAPPING) {
        node->key = parent->key;
        node->key_line = parent->key_line;
        node->key_column = parent->key_column;
        parent->key_read = false;
    }
    if (parent->last_child < 0)
        document->nodes[parent->node].first_child = index;
    else
        document->nodes[parent->last_child].next = index;
    parent->last_child = index;
    document->nodes[parent->node].child_count++;
    return index;
}

/// True where the next node of the innermost collection is a mapping's key.
static bool expects_key(const reading_t* reading)
{
    if (reading->depth == 0)
        return false;
    const open_collection_t* parent = &reading->open[reading->depth - 1];
    return reading->document->nodes[parent->node].kind == YAML_NODE_MAPPING && !parent->key_read;
}

static bool is_plain_word(const char* text, size_t length)
{
    if (length == 0 || length >= NAME_CAPACITY)
        return false;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.')))
            return false;
    }
    return true;
}

/// The key path of the innermost open collection with `key` behind it.
static void path_of_key(const reading_t* reading, const char* key, char* path, size_t capacity)
{
    const yaml_node_t* nodes = reading->document->nodes;
    size_t used = 0;
    for (int level = 1; level < reading->depth && used < capacity; level++) {
        const open_collection_t* parent = &reading->open[level - 1];
        const bool mapping = nodes[parent->node].kind == YAML_NODE_MAPPING;
        const int written =
            mapping ? snprintf(path + used, capacity - used, "%s%s", used > 0 ? "." : "",
                               nodes[reading->open[level].node].key)
                    : snprintf(path + used, capacity - used, "[%d]",
                               nodes[parent->node].child_count - 1);
        used += written > 0 ? (size_t)written : 0u;
    }
    if (used < capacity)
        snprintf(path + used, capacity - used, "%s%s", used > 0 ? "." : "", key);
}

/// A key that stands twice is refused but the tree goes on without its second value's meaning, so
/// that the reader behind finds the rest of the file's mistakes in the same pass.
static void refuse_duplicate_key(reading_t* reading, const open_collection_t* parent,
                                 yaml_mark_t mark)
{
    const int first = yaml_child(reading->document, parent->node, parent->key);
    if (first < 0)
        return;
    char message[80];
    snprintf(message, sizeof message, "stands twice; it was first given in line %d",
             reading->document->nodes[first].key_line);
    char path[FINDING_FIELD_CAPACITY];
    path_of_key(reading, parent->key, path, sizeof path);
    yaml_document_add_finding(reading->document, FINDING_ERROR, (int)mark.line + 1,
                              (int)mark.column + 1, path, message, reading->findings);
    reading->document->refused_count++;
}

static bool read_key(reading_t* reading, const yaml_event_t* event)
{
    const char* text = (const char*)event->data.scalar.value;
    const size_t length = event->data.scalar.length;
    if (!is_plain_word(text, length)) {
        refuse(reading, event->start_mark,
               "not a key: keys are a letter, then letters, digits, '_', '-' or '.'");
        return false;
    }
    open_collection_t* parent = &reading->open[reading->depth - 1];
    if (reading->document->nodes[parent->node].child_count >= YAML_KEY_CAPACITY) {
        char message[80];
        snprintf(message, sizeof message, "more than %d keys in one mapping", YAML_KEY_CAPACITY);
        refuse(reading, event->start_mark, message);
        return false;
    }
    parent->key = keep_text(reading, text, length);
    if (parent->key == NULL)
        return false;
    parent->key_line = (int)event->start_mark.line + 1;
    parent->key_column = (int)event->start_mark.column + 1;
    refuse_duplicate_key(reading, parent, event->start_mark);
    parent->key_read = true;
    return true;
}

/// Anchors and tags change what a file means without being seen where it is read.
static void refuse_properties(const reading_t* reading, const yaml_event_t* event,
                              const yaml_char_t* anchor, const yaml_char_t* tag)
{
    if (anchor != NULL)
        refuse(reading, event->start_mark, "anchors (&name) are not allowed; write the value out");
    if (tag != NULL)
        refuse(reading, event->start_mark, "tags (!name) are not allowed; write the plain value");
    if (anchor != NULL || tag != NULL)
        reading->document->refused_count++;
}

static bool read_scalar(reading_t* reading, const yaml_event_t* event)
{
    refuse_properties(reading, event, event->data.scalar.anchor, event->data.scalar.tag);
    if (event->data.scalar.length > YAML_SCALAR_CAPACITY) {
        char message[80];
        snprintf(message, sizeof message, "a text of more than %d bytes", YAML_SCALAR_CAPACITY);
        refuse(reading, event->start_mark, message);
        return false;
    }
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL) {
        refuse(reading, event->start_mark, "a text with a zero byte; only text is read");
        return false;
    }
    if (expects_key(reading))
        return read_key(reading, event);
    const int index = add_node(reading, YAML_NODE_SCALAR, event->start_mark);
    if (index < 0)
        return false;
    yaml_node_t* node = &reading->document->nodes[index];
    node->text =
        keep_text(reading, (const char*)event->data.scalar.value, event->data.scalar.length);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return node->text != NULL;
}

static bool open_collection(reading_t* reading, yaml_node_kind_t kind, const yaml_event_t* event)
{
    if (kind == YAML_NODE_MAPPING)
        refuse_properties(reading, event, event->data.mapping_start.anchor,
                          event->data.mapping_start.tag);
    else
        refuse_properties(reading, event, event->data.sequence_start.anchor,
                          event->data.sequence_start.tag);
    if (expects_key(reading)) {
        refuse(reading, event->start_mark, "not a key: a list or mapping can't be one");
        return false;
    }
    if (reading->depth >= YAML_DEPTH_CAPACITY) {
        char message[80];
        snprintf(message, sizeof message, "nested deeper than %d levels", YAML_DEPTH_CAPACITY);
        refuse(reading, event->start_mark, message);
        return false;
    }
    const int index = add_node(reading, kind, event->start_mark);
    if (index < 0)
        return false;
    reading->open[reading->depth++] = (open_collection_t){.node = index, .last_child = -1};
    return true;
}

static bool start_document(reading_t* reading, const yaml_event_t* event)
{
    if (++reading->document_count > 1) {
        refuse(reading, event->start_mark, "a second document; one file holds one");
        return false;
    }
    if (event->data.document_start.version_directive != NULL ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end) {
        refuse(reading, event->start_mark, "directives (%NAME) are not allowed");
        return false;
    }
    return true;
}

/// Takes one event in. False, with a finding, where reading can't go on.
static bool read_event(reading_t* reading, const yaml_event_t* event)
{
    switch (event->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return true;
    case YAML_DOCUMENT_START_EVENT:
        return start_document(reading, event);
    case YAML_ALIAS_EVENT:
        refuse(reading, event->start_mark, "aliases (*name) are not allowed; write the value out");
        return false;
    case YAML_SCALAR_EVENT:
        return read_scalar(reading, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(reading, YAML_NODE_SEQUENCE, event);
    case YAML_MAPPING_START_EVENT:
        return open_collection(reading, YAML_NODE_MAPPING, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        reading->depth--;
        return true;
    }
    return false;
}

// -------------------------------------------------------------------------------- the whole pass

static bool mark_follows_tab(const yaml_document_t* document, yaml_mark_t mark)
{
    const char* at = line_start(document, (int)mark.line + 1);
    while (*at == ' ')
        at++;
    return *at == '\t';
}

static void refuse_syntax(const reading_t* reading, const yaml_parser_t* parser)
{
    if (parser->error == YAML_MEMORY_ERROR) {
        finding_add(reading->findings, FINDING_ERROR, reading->document->path, 0, 0, "", NULL,
                    "out of memory");
        return;
    }
    if (parser->error == YAML_READER_ERROR) {
        refuse_at_byte(reading, parser->problem_offset, "a character that is not text");
        return;
    }
    char message[FINDING_MESSAGE_CAPACITY];
    if (mark_follows_tab(reading->document, parser->problem_mark))
        snprintf(message, sizeof message, "a tab can't indent; use spaces");
    else if (parser->context != NULL)
        snprintf(message, sizeof message, "not valid YAML: %s (%s begun in line %d)",
                 parser->problem, parser->context, (int)parser->context_mark.line + 1);
    else
        snprintf(message, sizeof message, "not valid YAML: %s", parser->problem);
    refuse(reading, parser->problem_mark, message);
}

/// Pulls events until the stream ends or something ends the pass.
static bool read_events(reading_t* reading, yaml_parser_t* parser)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            refuse_syntax(reading, parser);
            return false;
        }
        const bool going_on = read_event(reading, &event);
        const bool ended = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (!going_on)
            return false;
        if (ended)
            return true;
    }
}

static bool parse_bytes(reading_t* reading)
{
    const yaml_document_t* document = reading->document;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        finding_add(reading->findings, FINDING_ERROR, document->path, 0, 0, "", NULL,
                    "out of memory");
        return false;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char*)document->bytes,
                                 (size_t)document->byte_count);
    bool ok = read_events(reading, &parser);
    yaml_parser_delete(&parser);
    if (ok && !reading->root_read) {
        finding_add(reading->findings, FINDING_ERROR, document->path, 0, 0, "", NULL,
                    "the file is empty");
        ok = false;
    }
    return ok;
}

/// Parses the bytes the document already holds.
static bool parse_held_bytes(yaml_document_t* document, findings_t* findings)
{
    const size_t byte_count = (size_t)document->byte_count;
    reading_t reading = {.document = document, .findings = findings};
    // Every value takes a byte of the file, save one; an escape of two bytes gives at most three.
    reading.node_capacity = byte_count < YAML_NODE_CAPACITY ? byte_count + 1 : YAML_NODE_CAPACITY;
    reading.text_capacity = byte_count + byte_count / 2 + 2 * reading.node_capacity + 2;
    document->nodes = calloc(reading.node_capacity, sizeof *document->nodes);
    document->texts = malloc(reading.text_capacity);
    if (document->nodes == NULL || document->texts == NULL) {
        finding_add(findings, FINDING_ERROR, document->path, 0, 0, "", NULL, "out of memory");
        return false;
    }
    return bytes_are_text(&reading) && parse_bytes(&reading);
}

static bool refuse_file(const yaml_document_t* document, findings_t* findings, const char* message)
{
    finding_add(findings, FINDING_ERROR, document->path, 0, 0, "", NULL, "%s", message);
    return false;
}

static bool refuse_size(const yaml_document_t* document, findings_t* findings)
{
    char message[80];
    snprintf(message, sizeof message, "the file has more than %d bytes", YAML_FILE_CAPACITY);
    return refuse_file(document, findings, message);
}

bool yaml_document_parse(const char* path, const char* bytes, size_t byte_count,
                         yaml_document_t* document, findings_t* findings)
{
    *document = (yaml_document_t){0};
    snprintf(document->path, sizeof document->path, "%s", path);
    if (byte_count > YAML_FILE_CAPACITY)
        return refuse_size(document, findings);
    document->bytes = malloc(byte_count + 1);
    if (document->bytes == NULL)
        return refuse_file(document, findings, "out of memory");
    if (byte_count > 0)
        memcpy(document->bytes, bytes, byte_count);
    document->bytes[byte_count] = '\0';
    document->byte_count = (int)byte_count;
    const bool ok = parse_held_bytes(document, findings);
    if (!ok)
        yaml_document_free(document);
    return ok;
}

bool yaml_document_read(const char* path, yaml_document_t* document, findings_t* findings)
{
    *document = (yaml_document_t){0};
    snprintf(document->path, sizeof document->path, "%s", path);
    // A pipe would keep us waiting for whoever writes to it.
    struct stat status;
    if (stat(path, &status) != 0)
        return refuse_file(document, findings, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return refuse_file(document, findings,
                           S_ISDIR(status.st_mode) ? strerror(EISDIR) : "not a regular file");
    FILE* file = fopen(path, "rb");
    if (file == NULL)
        return refuse_file(document, findings, strerror(errno));
    // One byte more than allowed is enough to know.
    char* bytes = malloc(YAML_FILE_CAPACITY + 1);
    if (bytes == NULL) {
        fclose(file);
        return refuse_file(document, findings, "out of memory");
    }
    errno = 0;
    const size_t byte_count = fread(bytes, 1, YAML_FILE_CAPACITY + 1, file);
    const int error = ferror(file) ? (errno != 0 ? errno : EIO) : 0;
    fclose(file);
    const bool ok = error == 0 ? yaml_document_parse(path, bytes, byte_count, document, findings)
                               : refuse_file(document, findings, strerror(error));
    free(bytes);
    return ok;
}

void yaml_document_free(yaml_document_t* document)
{
    free(document->bytes);
    free(document->nodes);
    free(document->texts);
    *document = (yaml_document_t){0};
}

int yaml_child(const yaml_document_t* document, int node, const char* key)
{
    if (node < 0 || document->nodes[node].kind != YAML_NODE_MAPPING)
        return -1;
    int child = document->nodes[node].first_child;
    while (child >= 0 && strcmp(document->nodes[child].key, key) != 0)
        child = document->nodes[child].next;
    return child;
}
