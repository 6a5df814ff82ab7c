/// The body from above as SVG: outline, regions, zones that are never touched, and a way over the
/// skin coloured by force. What was done and what is planned are drawn the same way.
#ifndef KNEAD_CONTROLLER_REPORT_BODY_PICTURE_H
#define KNEAD_CONTROLLER_REPORT_BODY_PICTURE_H

#include <stdio.h>

#include "routines/body.h"

/// Colours of forces run from 0 N to the picture's highest in this many steps.
#define BODY_PICTURE_COLOURS 6

typedef struct {
    double x_m, y_m; // table frame
    double force_N;  // highest since the place before
    bool begins;     // the tool comes down here
} body_picture_place_t;

typedef struct {
    bool touched; // then it is drawn firmly and named
    double contact_s;
    double force_peak_N;
} body_picture_region_t;

/// Skin of one colour: a stretch across the body, as long along it as the layer's rows are apart.
typedef struct {
    double x_m;              // middle, table frame
    double y_from_m, y_to_m; // edges
    int colour;
} body_picture_run_t;

/// Skin coloured by one quantity, drawn below the regions' edges. Its group has the class
/// "layer-NAME".
typedef struct {
    const char* name;
    double spacing_m; // of the rows
    int run_count;
    const body_picture_run_t* runs;
} body_picture_layer_t;
#define BODY_PICTURE_LAYER_CAPACITY 2

/// What to draw; all pointers borrowed.
typedef struct {
    const body_t* body;
    const char* title;
    void (*style)(FILE* out); // content of a style element; null inside a page that has one
    body_picture_region_t regions[REGION_CAPACITY]; // by index of the body's regions
    double force_max_N;                             // of the colours
    int place_count;
    const body_picture_place_t* places;
    int layer_count;
    body_picture_layer_t layers[BODY_PICTURE_LAYER_CAPACITY];
} body_picture_t;

/// Writes one `svg` element, head up. False, with nothing written, if memory is short.
bool body_picture_draw(FILE* out, const body_picture_t* picture);

#endif
