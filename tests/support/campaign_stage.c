#include "tests/support/campaign_stage.h"

#include "tests/support/cmocka_prelude.h"

campaign_stage_t* campaign_stage(void)
{
    static campaign_stage_t stage;
    if (stage.machine == NULL) {
        campaign_stages_begin(&stage.kept, &stage.options);
        stage.stages = campaign_stages(&stage.kept);
        stage.machine = campaign_stages_machine(&stage.kept, stage.inputs);
        assert_non_null(stage.machine);
    }
    return &stage;
}
