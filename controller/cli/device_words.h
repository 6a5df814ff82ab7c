/// The words that a device's file uses, for those who show what was read from it.
#ifndef KNEAD_CONTROLLER_CLI_DEVICE_WORDS_H
#define KNEAD_CONTROLLER_CLI_DEVICE_WORDS_H

/// The word of the choice at the key path `key` of a device's file ("lost_controller.reaction",
/// "points.type"), by its number. The path must be one of a choice, the number one of its words
/// (asserted).
const char* device_word(const char* key, int number);

#endif
