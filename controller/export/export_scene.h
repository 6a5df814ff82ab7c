/// The arm, the body and the force as messages of Foxglove's own schemas, which its 3D panel shows.
///
/// Frames: `table` (config/settings.h) holds `base`, which holds the frame of the first joint;
/// every joint's frame, called like the joint, has its own motion in it and holds the next one; the
/// last holds `flange`, and that `tool`: the middle of the pad's face. Placements are those of the
/// machine's file, as in URDF. All poses come from the machine's settings and the measured joints
/// alone.
#ifndef KNEAD_CONTROLLER_EXPORT_EXPORT_SCENE_H
#define KNEAD_CONTROLLER_EXPORT_EXPORT_SCENE_H

#include "controller/record/json.h"
#include "controller/session.h"

#define SCENE_FRAME_TABLE "table"
#define SCENE_FRAME_BASE "base"
#define SCENE_FRAME_FLANGE "flange"
#define SCENE_FRAME_TOOL "tool"

/// The pose of a joint's frame in the frame before it, at a coordinate of the joint.
pose_t scene_joint_pose(const joint_settings_t* joint, double position);

/// A time as these schemas have it: seconds and nanoseconds.
void scene_time(json_t* json, const char* key, uint64_t time_ns);

/// foxglove.FrameTransforms: what never moves, and the joints' frames.
void scene_fixed_frames(json_t* json, const session_t* session, uint64_t time_ns);
void scene_joint_frames(json_t* json, const session_t* session, const joints_t* measured,
                        uint64_t time_ns);

/// foxglove.SceneUpdate: links as capsules, the tool with its pad and the table top, each locked to
/// its frame; the skin as triangles. To be sent once.
void scene_arm(json_t* json, const session_t* session, uint64_t time_ns);
void scene_body(json_t* json, const session_t* session, uint64_t time_ns);

#define SCENE_ARROW_M_PER_N 0.01

/// foxglove.SceneUpdate: the force along the normal as an arrow on the pad, away from the body,
/// SCENE_ARROW_M_PER_N long; red from the cap on. A force that is not finite is none.
void scene_force(json_t* json, double force_N, double cap_N, uint64_t time_ns);

#endif
