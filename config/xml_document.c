#include "config/xml_document.h"

#include <ctype.h>
#include <errno.h>
#include <expat.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/// One pass of expat over one file.
typedef struct {
    xml_document_t* document;
    findings_t* findings;
    XML_Parser parser;
    size_t text_used;
    int depth;
    int open[XML_DEPTH_CAPACITY];       // elements whose end has not come yet
    int last_child[XML_DEPTH_CAPACITY]; // of each; -1 while it has none
    bool refused;                       // by us, not by expat
} reading_t;

void xml_refuse(const xml_document_t* document, int offset, const char* field, findings_t* findings,
                const char* format, ...)
{
    int line = 1, column = 1;
    const char* excerpt = document->bytes;
    for (int i = 0; i < offset && i < document->byte_count; i++) {
        if (document->bytes[i] == '\n') {
            line++;
            column = 1;
            excerpt = document->bytes + i + 1;
        } else if (((unsigned char)document->bytes[i] & 0xC0u) != 0x80u) {
            column++; // a character, not a byte
        }
    }
    char message[FINDING_MESSAGE_CAPACITY];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    // Values of the file stand in messages, and character references can put anything there.
    for (char* at = message; *at != '\0'; at++)
        if (iscntrl((unsigned char)*at))
            *at = '?';
    finding_add(findings, FINDING_ERROR, document->path, line, column, field, excerpt, "%s",
                message);
}

// -------------------------------------------------------------------------- what expat calls

static int here(const reading_t* reading)
{
    return (int)XML_GetCurrentByteIndex(reading->parser);
}

static void stop_at(reading_t* reading, int offset, const char* message)
{
    if (!reading->refused)
        xml_refuse(reading->document, offset, "", reading->findings, "%s", message);
    reading->refused = true;
    XML_StopParser(reading->parser, XML_FALSE);
}

static void stop(reading_t* reading, const char* message)
{
    stop_at(reading, here(reading), message);
}

/// Every name and value is shorter in memory, with its terminator, than it is in the file with the
/// quotes and brackets around it.
static const char* keep_text(reading_t* reading, const char* text)
{
    const size_t size = strlen(text) + 1;
    char* kept = reading->document->texts + reading->text_used;
    memcpy(kept, text, size);
    reading->text_used += size;
    return kept;
}

static bool texts_fit(const reading_t* reading, const char* name, const char** attributes)
{
    size_t size = strlen(name) + 1;
    for (int i = 0; attributes[i] != NULL; i++)
        size += strlen(attributes[i]) + 1;
    return reading->text_used + size <= (size_t)reading->document->byte_count + 1;
}

/// The place of the next attribute's name in a start tag that expat has found well-formed: behind
/// the tag's name first, then behind each value.
static int next_attribute_offset(const char* bytes, int from)
{
    while (isspace((unsigned char)bytes[from]))
        from++;
    return from;
}

static int behind_value(const char* bytes, int name)
{
    const char* quote = bytes + name + strcspn(bytes + name, "\"'");
    const char* end = *quote != '\0' ? strchr(quote + 1, *quote) : NULL;
    return end != NULL ? (int)(end + 1 - bytes) : name + (int)strlen(bytes + name);
}

static void keep_attributes(reading_t* reading, xml_element_t* element, const char** attributes)
{
    xml_document_t* document = reading->document;
    const char* bytes = document->bytes;
    int at = element->offset + (int)strcspn(bytes + element->offset, " \t\r\n/>");
    element->first_attribute = document->attribute_count;
    for (int i = 0; attributes[i] != NULL; i += 2) {
        at = next_attribute_offset(bytes, at);
        document->attributes[document->attribute_count++] = (xml_attribute_t){
            keep_text(reading, attributes[i]), keep_text(reading, attributes[i + 1]), at};
        element->attribute_count++;
        at = behind_value(bytes, at);
    }
}

static void on_start(void* context, const char* name, const char** attributes)
{
    reading_t* reading = context;
    xml_document_t* document = reading->document;
    int count = 0;
    while (attributes[2 * count] != NULL)
        count++;
    if (reading->depth >= XML_DEPTH_CAPACITY) {
        stop(reading, "elements are nested too deep");
        return;
    }
    if (document->element_count >= XML_ELEMENT_CAPACITY ||
        count > XML_ATTRIBUTE_CAPACITY - document->attribute_count ||
        !texts_fit(reading, name, attributes)) {
        stop(reading, "more elements or attributes than are read");
        return;
    }
    const int index = document->element_count++;
    xml_element_t* element = &document->elements[index];
    *element = (xml_element_t){
        .name = keep_text(reading, name), .offset = here(reading), .first_child = -1, .next = -1};
    keep_attributes(reading, element, attributes);
    if (reading->depth > 0) {
        const int above = reading->depth - 1;
        if (reading->last_child[above] < 0)
            document->elements[reading->open[above]].first_child = index;
        else
            document->elements[reading->last_child[above]].next = index;
        reading->last_child[above] = index;
    }
    reading->open[reading->depth] = index;
    reading->last_child[reading->depth] = -1;
    reading->depth++;
}

static void on_end(void* context, const char* name)
{
    reading_t* reading = context;
    (void)name;
    // After a stop expat may still report the end of the element that was refused.
    if (!reading->refused)
        reading->depth--;
}

static void on_document_type(void* context, const char* name, const char* system_id,
                             const char* public_id, int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    reading_t* reading = context;
    // Expat calls when the name has been read; the declaration begins before it.
    const char* bytes = reading->document->bytes;
    int at = here(reading);
    while (at > 0 && strncmp(bytes + at, "<!DOCTYPE", 9) != 0)
        at--;
    stop_at(reading, at, "a document type (DOCTYPE) is not read: it can declare entities");
}

// ---------------------------------------------------------------------------------- reading

static void run_parser(reading_t* reading)
{
    XML_Parser parser = reading->parser;
    xml_document_t* document = reading->document;
    XML_SetUserData(parser, reading);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetStartDoctypeDeclHandler(parser, on_document_type);
    if (XML_Parse(parser, document->bytes, document->byte_count, XML_TRUE) == XML_STATUS_OK ||
        reading->refused)
        return;
    reading->refused = true;
    xml_refuse(document, here(reading), "", reading->findings, "not XML: %s",
               XML_ErrorString(XML_GetErrorCode(parser)));
}

static bool take_memory(xml_document_t* document)
{
    document->elements = calloc(XML_ELEMENT_CAPACITY, sizeof document->elements[0]);
    document->attributes = calloc(XML_ATTRIBUTE_CAPACITY, sizeof document->attributes[0]);
    document->texts = malloc((size_t)document->byte_count + 1);
    return document->elements != NULL && document->attributes != NULL && document->texts != NULL;
}

/// Reads `document->bytes`; frees the document where it is refused.
static bool parse_bytes(xml_document_t* document, findings_t* findings)
{
    reading_t reading = {.document = document, .findings = findings};
    reading.parser = XML_ParserCreate("UTF-8");
    if (reading.parser == NULL || !take_memory(document)) {
        finding_add(findings, FINDING_ERROR, document->path, 0, 0, "", NULL, "out of memory");
        reading.refused = true;
    } else if (strlen(document->bytes) != (size_t)document->byte_count) {
        xml_refuse(document, (int)strlen(document->bytes), "", findings,
                   "a zero byte; only UTF-8 text is read");
        reading.refused = true;
    } else {
        run_parser(&reading);
    }
    if (reading.parser != NULL)
        XML_ParserFree(reading.parser);
    if (reading.refused)
        xml_document_free(document);
    return !reading.refused;
}

/// Lays out an empty document with room for `byte_count` bytes. False with a finding.
static bool document_begin(const char* path, size_t byte_count, xml_document_t* document,
                           findings_t* findings)
{
    memset(document, 0, sizeof *document);
    snprintf(document->path, sizeof document->path, "%s", path);
    if (byte_count > XML_FILE_CAPACITY) {
        finding_add(findings, FINDING_ERROR, path, 0, 0, "", NULL,
                    "the file is larger than %d bytes", XML_FILE_CAPACITY);
        return false;
    }
    document->bytes = calloc(1, byte_count + 1);
    if (document->bytes == NULL) {
        finding_add(findings, FINDING_ERROR, path, 0, 0, "", NULL, "out of memory");
        return false;
    }
    return true;
}

bool xml_document_parse(const char* path, const char* bytes, size_t byte_count,
                        xml_document_t* document, findings_t* findings)
{
    if (!document_begin(path, byte_count, document, findings))
        return false;
    memcpy(document->bytes, bytes, byte_count);
    document->byte_count = (int)byte_count;
    return parse_bytes(document, findings);
}

bool xml_document_read(const char* path, xml_document_t* document, findings_t* findings)
{
    // One byte more than is allowed shows that a file is too large.
    if (!document_begin(path, XML_FILE_CAPACITY, document, findings))
        return false;
    errno = 0;
    FILE* file = fopen(path, "rb");
    const size_t size = file != NULL ? fread(document->bytes, 1, XML_FILE_CAPACITY + 1, file) : 0;
    const bool failed = file == NULL || ferror(file) != 0;
    const int reason = errno;
    if (file != NULL)
        fclose(file);
    if (failed || size > XML_FILE_CAPACITY) {
        if (failed)
            finding_add(findings, FINDING_ERROR, path, 0, 0, "", NULL, "can't be read: %s",
                        strerror(reason));
        else
            finding_add(findings, FINDING_ERROR, path, 0, 0, "", NULL,
                        "the file is larger than %d bytes", XML_FILE_CAPACITY);
        xml_document_free(document);
        return false;
    }
    document->byte_count = (int)size;
    return parse_bytes(document, findings);
}

void xml_document_free(xml_document_t* document)
{
    free(document->bytes);
    free(document->elements);
    free(document->attributes);
    free(document->texts);
    document->bytes = NULL;
    document->elements = NULL;
    document->attributes = NULL;
    document->texts = NULL;
    document->byte_count = document->element_count = document->attribute_count = 0;
}

int xml_child(const xml_document_t* document, int element, const char* name, int after)
{
    int child =
        after < 0 ? document->elements[element].first_child : document->elements[after].next;
    while (child >= 0 && strcmp(document->elements[child].name, name) != 0)
        child = document->elements[child].next;
    return child;
}

const xml_attribute_t* xml_attribute(const xml_document_t* document, int element, const char* name)
{
    const xml_element_t* owner = &document->elements[element];
    for (int i = 0; i < owner->attribute_count; i++) {
        const xml_attribute_t* attribute = &document->attributes[owner->first_attribute + i];
        if (strcmp(attribute->name, name) == 0)
            return attribute;
    }
    return NULL;
}
