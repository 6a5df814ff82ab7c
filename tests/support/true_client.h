/// A person for the virtual table who is not the model: one whose levels, breadths and depths
/// differ from the fits as people do, who lies shifted and turned, and on whom somebody palpated
/// the landmarks as well as fingers find them. The controller gets the landmarks alone.
///
/// The person has body coordinates of his own, in which his regions and zones lie where he really
/// has them, whatever the controller believes.
#ifndef KNEAD_TESTS_SUPPORT_TRUE_CLIENT_H
#define KNEAD_TESTS_SUPPORT_TRUE_CLIENT_H

#include "routines/body.h"
#include "sim/random.h"

// How far off the nominal lie: the shift in any direction of the table, the turn to either side.
#define TRUE_CLIENT_SHIFT_MAX_M 0.015
#define TRUE_CLIENT_TURN_MAX_RAD 0.08727 // 5 degrees
#define TRUE_CLIENT_TOUCH_ERROR_M 0.003  // of the tool, one standard deviation
#define TRUE_CLIENT_SCAN_STEP_M 0.002    // as a depth camera above the table sees it

/// Where things are nominally.
typedef struct {
    double neck_x_m;
    double table_length_m;
} true_client_table_t;

typedef struct {
    body_settings_t settings; // with the fits of this person alone
    body_t body;              // as if he lay where he nominally lies: his own coordinates
    double neck_x_m;          // the turn is about C7 as it nominally lies
    double shift_x_m, shift_y_m, turn_rad;
} true_client_t;

/// Draws a person of the client's sex, stature and mass. False if the draw makes no body.
/// `person` points into itself: it must stay where it is.
bool true_client_draw(const body_settings_t* settings, const client_settings_t* client,
                      const true_client_table_t* table, random_stream_t* stream,
                      true_client_t* person);

/// Palpates every landmark: the client's landmarks are filled in.
void true_client_touch(const true_client_t* person, random_stream_t* stream,
                       client_settings_t* client);

/// Scans the back of the person, as dense as a depth camera and as good as the body map says a scan
/// is, and lays it on `model`. Fails the test if the model refuses it.
void true_client_scan(const true_client_t* person, random_stream_t* stream, body_t* model);

/// Where a place of the person lies on the table, and which place a point of the table is.
vec3_t true_client_point(const true_client_t* person, body_place_t place);
body_place_t true_client_place(const true_client_t* person, vec3_t point_m);

/// True if every region and zone of the person lies within what `model` says it may be off, and so
/// does the height of the skin in every region: what a static check was promised.
bool true_client_lies_within(const true_client_t* person, const body_t* model);

#endif
