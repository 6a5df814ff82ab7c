#include <stdio.h>

#include "controller/cli/compiler.h"
#include "controller/cli/verb.h"
#include "controller/cli/version.h"
#include "controller/record/json.h"

// The versions come from the build (CMakeLists.txt), so that no library is included for its name.
static const struct {
    const char* name;
    const char* version;
} parts[] = {
    {"knead", KNEAD_VERSION},
    {"commit", KNEAD_COMMIT},
    {"libmodbus", KNEAD_MODBUS_VERSION},
    {"libyaml", KNEAD_YAML_VERSION},
    {"cglm", KNEAD_CGLM_VERSION},
    {"expat", KNEAD_EXPAT_VERSION},
    {"libsodium", KNEAD_SODIUM_VERSION},
    {"cJSON", KNEAD_CJSON_VERSION},
    {"zstd", KNEAD_ZSTD_VERSION},
    {"compiler", COMPILER_NAME},
};
#define PART_COUNT (sizeof parts / sizeof parts[0])

const char* program_version(void)
{
    return KNEAD_VERSION;
}

const char* program_commit(void)
{
    return KNEAD_COMMIT;
}

exit_code_t verb_version(const options_t* options, assembly_t* assembly)
{
    (void)assembly;
    if (options->given[OPTION_JSON]) {
        json_t json = json_to_file(stdout);
        json_object_begin(&json, NULL);
        for (size_t i = 0; i < PART_COUNT; ++i) {
            json_text(&json, parts[i].name, parts[i].version);
        }
        json_object_end(&json);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < PART_COUNT; ++i) {
        (void)printf("%s %s\n", parts[i].name, parts[i].version);
    }
    return EXIT_DONE;
}
