/// The points of a PLY file (Turk 1994, Stanford polygon format 1.0; ASCII and binary of both byte
/// orders). Read are `x`, `y` and `z` of the element `vertex`, float or double; other properties
/// and other elements, faces among them, are stepped over, but must be there as the header says.
///
/// Strict and bounded: whatever is not exactly as the header promises is refused, with line and
/// column in the header and in ASCII, with the byte in binary. Nothing is guessed and nothing
/// repaired. What the coordinates mean is for the caller to say.
#ifndef KNEAD_CONFIG_PLY_FILE_H
#define KNEAD_CONFIG_PLY_FILE_H

#include <stddef.h>

#include "config/finding.h"

#define PLY_FILE_CAPACITY 134217728 // bytes
#define PLY_HEADER_CAPACITY 16384   // bytes
#define PLY_ELEMENT_CAPACITY 8
#define PLY_PROPERTY_CAPACITY 48 // of one element
#define PLY_POINT_CAPACITY 2000000

typedef struct {
    int count;
    float (*at)[3]; // x, y, z as in the file; every one finite
} ply_points_t;

/// Reads a file. False with at least one finding if it can't be read or breaks a rule; `points`
/// then holds nothing. `ply_points_free` is needed after success only, allowed always.
bool ply_file_read(const char* path, ply_points_t* points, findings_t* findings);

/// The same from memory; `path` is for messages.
bool ply_file_parse(const char* path, const char* bytes, size_t byte_count, ply_points_t* points,
                    findings_t* findings);

void ply_points_free(ply_points_t* points);

#endif
