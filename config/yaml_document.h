/// A YAML file as a bounded tree with the place of every node. The only code that sees libyaml.
/// Refused while reading, each with its place: anything not UTF-8 or not text, a byte order mark,
/// more than one document, anchors, aliases, tags, duplicate keys, keys that are not plain words,
/// and whatever passes a capacity below. Limits are enforced on events, so that hostile nesting
/// costs nothing (libyaml 0.2.5 needs 18 s for 100 kB of '[').
#ifndef KNEAD_CONFIG_YAML_DOCUMENT_H
#define KNEAD_CONFIG_YAML_DOCUMENT_H

#include "config/finding.h"

#define YAML_FILE_CAPACITY 262144 // bytes
#define YAML_DEPTH_CAPACITY 16
#define YAML_NODE_CAPACITY 20000
#define YAML_SCALAR_CAPACITY 1024 // bytes of one scalar
#define YAML_KEY_CAPACITY 256     // keys of one mapping

typedef enum { YAML_NODE_MAPPING, YAML_NODE_SEQUENCE, YAML_NODE_SCALAR } yaml_node_kind_t;

/// Children form a list through `next`; -1 ends it. A mapping's children are its values, each with
/// the key it stands under.
typedef struct {
    yaml_node_kind_t kind;
    int line, column; // of the value, 1-based
    int key_line, key_column;
    int first_child, next;
    int child_count;
    const char* key;  // null in sequences and at the root
    const char* text; // of a scalar
    bool quoted;      // the scalar stood in quotes
} yaml_node_t;

typedef struct {
    char path[TEXT_CAPACITY];
    char* bytes; // the file, for excerpts
    int byte_count;
    int node_count;
    int refused_count;  // duplicate keys, anchors and tags; each is already a finding
    yaml_node_t* nodes; // [0] is the root
    char* texts;        // keys and scalars
} yaml_document_t;

/// Reads a file. False with at least one finding if it can't be read or breaks a rule above; the
/// document then holds nothing. `yaml_document_free` is needed after success only, allowed always.
/// Duplicate keys, anchors and tags do not end the reading, so that whoever reads the tree finds
/// the other mistakes in the same pass: they are findings, `refused_count` counts them, the result
/// is true, and `fields_expect_kind` refuses such a document. Of a key that stands twice
/// `yaml_child` finds the first.
bool yaml_document_read(const char* path, yaml_document_t* document, findings_t* findings);

/// The same from memory; `path` is for messages.
bool yaml_document_parse(const char* path, const char* bytes, size_t byte_count,
                         yaml_document_t* document, findings_t* findings);

void yaml_document_free(yaml_document_t* document);

/// Adds a finding about a place of the document, with that line as its excerpt.
void yaml_document_add_finding(const yaml_document_t* document, finding_severity_t severity,
                               int line, int column, const char* field, const char* message,
                               findings_t* findings);

/// The child of mapping `node` under `key`, or -1.
int yaml_child(const yaml_document_t* document, int node, const char* key);

#endif
