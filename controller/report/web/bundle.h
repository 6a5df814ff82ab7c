/// The script and the style that a report's page moves with, as esbuild bundled them from npm's
/// packages while knead was built, or why they are missing. Their sources lie beside this file.
#ifndef KNEAD_CONTROLLER_REPORT_WEB_BUNDLE_H
#define KNEAD_CONTROLLER_REPORT_WEB_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

/// Bytes inside the program, without a terminator.
typedef struct {
    const char* bytes;
    size_t size;
} web_text_t;

typedef struct {
    web_text_t script;  // empty where it is missing
    web_text_t style;   // the same
    web_text_t missing; // one sentence: why, and what to install; empty where it is there
} web_bundle_t;

web_bundle_t web_bundle(void);

#endif
