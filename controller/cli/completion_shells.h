/// Writes the completion scripts of the shells from what `completion.h` works out.
///
/// All three complete verbs, the options of the verb, what stands behind an option (also after
/// '='), and operands; what is not fixed (profiles, devices, pads) they ask the program for.
#ifndef KNEAD_CONTROLLER_CLI_COMPLETION_SHELLS_H
#define KNEAD_CONTROLLER_CLI_COMPLETION_SHELLS_H

#include <stdio.h>

void completion_write_bash(FILE* out);
void completion_write_zsh(FILE* out);
void completion_write_fish(FILE* out);

#endif
