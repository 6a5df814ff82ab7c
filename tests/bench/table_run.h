/// The shipped table with the arm pressing on a body, for timing a millisecond of it and a period
/// of the controller that leads it.
#ifndef KNEAD_TESTS_BENCH_TABLE_RUN_H
#define KNEAD_TESTS_BENCH_TABLE_RUN_H

typedef struct table_run table_run_t;

/// Plays the shipped routine until the pad presses, and some of it on. Null if memory is short;
/// ends the program if a shipped file is refused.
table_run_t* table_run_open(void);
void table_run_close(table_run_t* run);

/// A simulated millisecond: arm, drives, tissue, sensor. What the controller does in between, and
/// travel without contact, happens in the preparation.
void table_run_prepare_step(table_run_t* run, int index);
void table_run_step(table_run_t* run, int index);

/// One period of the controller, out of those recorded while pressing; from the same state each
/// time.
void table_run_prepare_cycle(table_run_t* run, int index);
void table_run_cycle(table_run_t* run, int index);

#endif
