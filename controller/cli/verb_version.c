#include <stdio.h>

#include "controller/cli/json_text.h"
#include "controller/cli/verb.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

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
    {"compiler", COMPILER},
};

exit_code_t verb_version(const options_t* options, assembly_t* assembly)
{
    (void)assembly;
    const bool json = options->given[OPTION_JSON];
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; ++i) {
        if (json) {
            (void)printf("%s", i == 0 ? "{" : ", ");
            json_print_text(stdout, parts[i].name);
            (void)printf(": ");
            json_print_text(stdout, parts[i].version);
        } else {
            (void)printf("%s %s\n", parts[i].name, parts[i].version);
        }
    }
    if (json) {
        (void)printf("}\n");
    }
    return EXIT_DONE;
}
