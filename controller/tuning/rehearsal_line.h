/// The figures of a rehearsal as one line of text, from a worker to who hired it: the same bits
/// come back. Not for keeping.
#ifndef KNEAD_CONTROLLER_TUNING_REHEARSAL_LINE_H
#define KNEAD_CONTROLLER_TUNING_REHEARSAL_LINE_H

#include "controller/tuning/rehearsal.h"

#define REHEARSAL_LINE_CAPACITY 4096 // bytes of a line with its terminator

/// Without a line end. False if `capacity` is too small; REHEARSAL_LINE_CAPACITY always does.
bool rehearsal_write(const rehearsal_figures_t* figures, char* line, size_t capacity);

/// False, with `figures` undefined, for anything that `rehearsal_write` does not write.
bool rehearsal_read(const char* line, rehearsal_figures_t* figures);

#endif
