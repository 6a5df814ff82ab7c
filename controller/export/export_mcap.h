/// A run as an MCAP file, for Foxglove and whatever else reads it.
///
/// Topics, all JSON with their JSON Schemas in the file:
///
///   /cycle /force /tool /joints  the figures of export_columns.h by group, every `every`-th cycle
///   /joint_states                foxglove.JointStates: position, velocity and effort as measured
///   /tf /tf_fixed                foxglove.FrameTransforms, see export_scene.h
///   /scene/arm /scene/body       foxglove.SceneUpdate, once at the beginning
///   /scene/force                 foxglove.SceneUpdate: the force as an arrow at the pad
///   /log                         foxglove.Log: the lines of events.jsonl; file and line are those
///                                of the routine's step at that time
///
/// Joint states, transforms and the arrow come EXPORT_SCENE_HZ times a second at most. A figure
/// that is unknown is left out of its message; so are figures without bound, which JSON has no word
/// for.
///
/// Times. Runs have no date: a log time is EXPORT_EPOCH_S plus the time of the run, whose zero is
/// the beginning of the run. Log times of a topic strictly rise, those of the file never fall, but
/// for lines of events that say an earlier time than the line before.
#ifndef KNEAD_CONTROLLER_EXPORT_EXPORT_MCAP_H
#define KNEAD_CONTROLLER_EXPORT_EXPORT_MCAP_H

#include "controller/export/export.h"

/// 2000-01-01T00:00:00Z in seconds since 1970: a time that is surely none, and not zero, which some
/// readers take for "no time".
#define EXPORT_EPOCH_S INT64_C(946684800)
#define EXPORT_SCENE_HZ 50

/// Writes the whole file to `out`, which stands at its beginning, and flushes it. `library` is the
/// program that writes it; `notes` are 2 * `note_count` texts, name and text in turn, kept in the
/// file's metadata. On anything but EXPORT_OK the file is not whole, and errno says why. `figures`
/// is filled in either way.
export_result_t export_mcap(const export_source_t* source, const char* library,
                            const char* const* notes, int note_count, FILE* out,
                            export_figures_t* figures);

#endif
