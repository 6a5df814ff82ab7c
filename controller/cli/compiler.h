/// What this program was compiled with, for messages.
#ifndef KNEAD_CONTROLLER_CLI_COMPILER_H
#define KNEAD_CONTROLLER_CLI_COMPILER_H

#ifdef __clang__
#define COMPILER_NAME "clang " __clang_version__
#else
#define COMPILER_NAME "gcc " __VERSION__
#endif

#endif
