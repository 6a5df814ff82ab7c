#include "controller/cli/verbs.h"

#include <string.h>

static const verb_t verbs[] = {
#define X(name, operands, fewest, most, accepted, line, more)                                      \
    {#name, operands, fewest, most, accepted, line, more, verb_##name},
    VERB_LIST(X)
#undef X
};
#define VERB_COUNT ((int)(sizeof verbs / sizeof verbs[0]))

static const exit_code_info_t exit_codes[] = {
#define X(id, number, text) {number, text},
    EXIT_CODE_LIST(X)
#undef X
};
#define EXIT_CODE_COUNT ((int)(sizeof exit_codes / sizeof exit_codes[0]))

const verb_t* verb_at(int index)
{
    return index >= 0 && index < VERB_COUNT ? &verbs[index] : NULL;
}

const verb_t* verb_named(const char* name)
{
    for (int i = 0; i < VERB_COUNT; ++i) {
        if (strcmp(verbs[i].name, name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

const exit_code_info_t* exit_code_at(int index)
{
    return index >= 0 && index < EXIT_CODE_COUNT ? &exit_codes[index] : NULL;
}
