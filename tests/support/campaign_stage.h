/// The stages of a campaign for tests: the shipped files, loaded once a program.
#ifndef KNEAD_TESTS_SUPPORT_CAMPAIGN_STAGE_H
#define KNEAD_TESTS_SUPPORT_CAMPAIGN_STAGE_H

#include "controller/cli/campaign_stages.h"

typedef struct {
    options_t options;
    campaign_stages_t kept;
    stages_t stages;
    const machine_settings_t* machine;
    char inputs[DIGEST_TEXT_CAPACITY];
} campaign_stage_t;

/// Kept until the program ends. Fails the test if a file is refused.
campaign_stage_t* campaign_stage(void);

#endif
