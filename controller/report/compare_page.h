/// Two runs on one HTML page: their forces over each other, their figures, where they part.
/// Self-contained and without scripts.
#ifndef KNEAD_CONTROLLER_REPORT_COMPARE_PAGE_H
#define KNEAD_CONTROLLER_REPORT_COMPARE_PAGE_H

#include "controller/replay/compare.h"

typedef struct {
    const char* names[2];         // what the runs are called: their folders
    const session_t* sessions[2]; // for words
    const compare_t* compare;
} compare_page_t;

/// Writes the page; it appears whole or not at all. False with errno where it could not be written.
bool compare_page_write(const compare_page_t* page, const char* path);

#endif
