/// The JSON Schemas of Foxglove's own messages, which its panels know by name. The texts are those
/// of `foxglove/NAME.json`, put into the program by CMakeLists.txt; each ends with a terminator.
#ifndef KNEAD_CONTROLLER_EXPORT_FOXGLOVE_SCHEMAS_H
#define KNEAD_CONTROLLER_EXPORT_FOXGLOVE_SCHEMAS_H

extern const char foxglove_frame_transforms[];
extern const char foxglove_joint_states[];
extern const char foxglove_log[];
extern const char foxglove_scene_update[];

#endif
