/// An XML file as a bounded tree of elements and attributes, with the place of every one. The only
/// code that sees expat. Text between elements is not kept.
///
/// Refused while reading, each with its place: what is not well-formed, anything not UTF-8, a
/// document type (so no entity can be declared, expanded or fetched), and whatever passes a
/// capacity below.
#ifndef KNEAD_CONFIG_XML_DOCUMENT_H
#define KNEAD_CONFIG_XML_DOCUMENT_H

#include <stddef.h>

#include "config/finding.h"

#define XML_FILE_CAPACITY 1048576 // bytes
#define XML_DEPTH_CAPACITY 32
#define XML_ELEMENT_CAPACITY 20000
#define XML_ATTRIBUTE_CAPACITY 40000

typedef struct {
    const char* name;
    const char* value;
    int offset; // of the name in the file, in bytes
} xml_attribute_t;

/// Children form a list through `next`; -1 ends it.
typedef struct {
    const char* name; // with its prefix, as written
    int offset;       // of its '<' in the file, in bytes
    int first_child, next;
    int first_attribute, attribute_count;
} xml_element_t;

typedef struct {
    char path[TEXT_CAPACITY];
    char* bytes; // the file, terminated, for places and excerpts
    int byte_count;
    int element_count;
    int attribute_count;
    xml_element_t* elements; // [0] is the root
    xml_attribute_t* attributes;
    char* texts; // names and values
} xml_document_t;

/// Reads a file. False with at least one finding if it can't be read or breaks a rule above; the
/// document then holds nothing. `xml_document_free` is needed after success only, allowed always.
bool xml_document_read(const char* path, xml_document_t* document, findings_t* findings);

/// The same from memory; `path` is for messages.
bool xml_document_parse(const char* path, const char* bytes, size_t byte_count,
                        xml_document_t* document, findings_t* findings);

void xml_document_free(xml_document_t* document);

/// The first child of `element` with this name, or -1; `after` is -1 or the child before it.
int xml_child(const xml_document_t* document, int element, const char* name, int after);

/// The attribute of an element, or null.
const xml_attribute_t* xml_attribute(const xml_document_t* document, int element, const char* name);

/// An error at a byte of the file (an element's or attribute's offset); `field` is the way of
/// element names there.
void xml_refuse(const xml_document_t* document, int offset, const char* field, findings_t* findings,
                const char* format, ...) __attribute__((format(printf, 5, 6)));

#endif
