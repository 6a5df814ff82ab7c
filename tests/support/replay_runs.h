/// Holds the runs that a test left in a folder against themselves, from their records alone.
#ifndef KNEAD_TESTS_SUPPORT_REPLAY_RUNS_H
#define KNEAD_TESTS_SUPPORT_REPLAY_RUNS_H

/// Replays every run in the folders under `folder` with `knead replay --verify`, as a process of
/// its own, and fails the test if one does not come out. Prints how many did.
void replay_every_run(const char* folder);

#endif
