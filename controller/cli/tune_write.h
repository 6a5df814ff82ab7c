/// Writes gains back into a machine's file: the numbers and nothing else.
#ifndef KNEAD_CONTROLLER_CLI_TUNE_WRITE_H
#define KNEAD_CONTROLLER_CLI_TUNE_WRITE_H

#include "controller/cli/assembly.h"
#include "routines/gains.h"

/// False with a message on standard error where the name is a link: a new file that takes the name
/// would leave what it leads to as it was. For asking before hours are spent on a search.
bool tune_write_allows(const char* path);

/// Changes the gains that differ from `before` to those of `after`. The old file is kept beside the
/// new one, NAME.before-1 or the next that is free; the new one has been read back by the loader
/// before it takes the name. Both have the permissions of the old one. Says on `out` what it did.
/// False, with the file untouched, no copy beside it and a message on standard error, where it has
/// no gains, or anything is refused.
bool tune_write(const char* path, const gains_t* before, const gains_t* after, FILE* out);

/// The lines that a machine's file without gains needs for these.
void tune_write_block(const gains_t* gains, FILE* out);

#endif
