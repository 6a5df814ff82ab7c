/// What the supervisor should do, said once more: nested decisions, mode by mode, written from the
/// contract of controller/safety/supervisor.h and the reactions of the hazard analysis. It shares
/// no row, no mask and no order with the table it is held against; only the names of modes and
/// conditions are the same.
#ifndef KNEAD_TESTS_PROOF_SUPERVISOR_MODEL_H
#define KNEAD_TESTS_PROOF_SUPERVISOR_MODEL_H

#include "controller/safety/supervisor.h"

/// The mode that follows. A value that is no mode is answered with MODE_TRIPPED.
supervisor_mode_t supervisor_model_next(supervisor_mode_t mode, conditions_t conditions);

/// True where the drives are to have torque; false for a value that is no mode.
bool supervisor_model_powered(supervisor_mode_t mode);

/// True where the tool may be at the body.
bool supervisor_model_touches(supervisor_mode_t mode);

/// What the mode is called.
const char* supervisor_model_text(supervisor_mode_t mode);

#endif
