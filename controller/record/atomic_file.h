/// A file that appears whole or not at all: written beside its place under another name, made
/// durable, and then given the name in one step. Whoever opens the name sees the old file or the
/// new one.
#ifndef KNEAD_CONTROLLER_RECORD_ATOMIC_FILE_H
#define KNEAD_CONTROLLER_RECORD_ATOMIC_FILE_H

#include <stdbool.h>
#include <stdio.h>

#define ATOMIC_PATH_CAPACITY 1024

typedef struct {
    FILE* file; // to write to
    char path[ATOMIC_PATH_CAPACITY];
    char draft[ATOMIC_PATH_CAPACITY + 8];
} atomic_file_t;

/// False with errno if the draft can't be made, or something lies under the name that is no file: a
/// device, a pipe, a folder. A link under the name is replaced, never written through.
bool atomic_file_open(atomic_file_t* target, const char* path);

/// Closes and takes the name. False with errno, and the draft removed, if any write or the renaming
/// was refused; what stood under the name is then untouched.
bool atomic_file_commit(atomic_file_t* target);

/// Closes and removes the draft; what stands under the name is untouched. Leaves errno alone.
void atomic_file_discard(atomic_file_t* target);

/// Whether `path` is a file with something in it, which beginning anew would lose.
bool atomic_file_would_lose(const char* path);

#endif
