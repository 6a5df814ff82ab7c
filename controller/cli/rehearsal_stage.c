#include "controller/cli/rehearsal_stage.h"

bool rehearsal_stage_load(assembly_t* assembly, const options_t* options, const char* client,
                          const char* routine, stage_t* stage)
{
    options_t own = *options;
    if (client != NULL) {
        own.text[OPTION_CLIENT] = client;
    }
    own.text[OPTION_SCENARIO] = NULL;
    own.whole[OPTION_SEED] = OPTION_SEED_DEFAULT;
    if (!assembly_load_table(assembly, &own) || !assembly_load_routine(assembly, routine) ||
        !assembly_build_session(assembly) || !assembly_build_world(assembly, &own)) {
        return false;
    }
    *stage = (stage_t){.session = &assembly->session,
                       .world = &assembly->world,
                       .routine = assembly->routine.name,
                       .client = assembly->client.name};
    body_lie_bounds(&assembly->body, assembly->machine.neck_x_m, 0.0, &stage->body_offset_max_m,
                    &stage->body_turn_max_rad);
    return true;
}
