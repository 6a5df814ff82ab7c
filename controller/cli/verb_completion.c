#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/cli/completion.h"
#include "controller/cli/completion_shells.h"
#include "controller/cli/device_choice.h"
#include "controller/cli/schema_kinds.h"

static const struct {
    const char* name;
    void (*write)(FILE* out);
} shells[] = {{"bash", completion_write_bash},
              {"zsh", completion_write_zsh},
              {"fish", completion_write_fish}};
#define SHELL_COUNT (sizeof shells / sizeof shells[0])

// ----------------------------------------------------------------------------- words, one a line

static int is_yaml(const struct dirent* entry)
{
    const size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static void print_profiles(void)
{
    struct dirent** entries = NULL;
    char folder[ASSEMBLY_PATH_CAPACITY] = "";
    const int count = device_choice_folder(folder, sizeof folder)
                          ? scandir(folder, &entries, is_yaml, alphasort)
                          : 0;
    for (int i = 0; i < count; ++i) {
        (void)printf("%.*s\n", (int)strlen(entries[i]->d_name) - 5, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

static void print_kinds(void)
{
#define X(kind) (void)puts(kind);
    SCHEMA_KIND_LIST(X)
#undef X
}

static exit_code_t print_machine(const options_t* options, assembly_t* assembly,
                                 completion_what_t what)
{
    const exit_code_t code = device_choice_machine(options, assembly);
    const machine_settings_t* machine = &assembly->machine;
    const tool_settings_t* tool = &machine->arm.tool;
    if (code != EXIT_DONE) {
        return code;
    }
    for (int i = 0; what == COMPLETION_DEVICES && i < machine->device_count; ++i) {
        (void)puts(machine->devices[i].name);
    }
    for (int i = 0; what == COMPLETION_PADS && i < tool->pad_count; ++i) {
        (void)puts(tool->pads[i].name);
    }
    return EXIT_DONE;
}

static exit_code_t print_words(const options_t* options, assembly_t* assembly, const char* name)
{
    for (int what = 0; what < COMPLETION_WHAT_COUNT; ++what) {
        if (strcmp(name, completion_what_name((completion_what_t)what)) != 0) {
            continue;
        }
        switch ((completion_what_t)what) {
        case COMPLETION_PROFILES:
            print_profiles();
            return EXIT_DONE;
        case COMPLETION_KINDS:
            print_kinds();
            return EXIT_DONE;
        case COMPLETION_DEVICES:
        case COMPLETION_PADS:
            return print_machine(options, assembly, (completion_what_t)what);
        case COMPLETION_WHAT_COUNT:
            break;
        }
    }
    (void)fprintf(stderr,
                  "knead completion: words of '%s' are not known; of profiles, devices, "
                  "pads and kinds they are\n",
                  name);
    return EXIT_USAGE;
}

exit_code_t verb_completion(const options_t* options, assembly_t* assembly)
{
    const char* first = options->operands[0];
    if (strcmp(first, "words") == 0 && options->operand_count == 2) {
        return print_words(options, assembly, options->operands[1]);
    }
    for (size_t i = 0; i < SHELL_COUNT; ++i) {
        if (strcmp(first, shells[i].name) == 0 && options->operand_count == 1) {
            shells[i].write(stdout);
            return EXIT_DONE;
        }
    }
    (void)fprintf(stderr,
                  "knead completion: '%s' is no shell that is completed; bash, zsh and "
                  "fish are\nSee 'knead completion --help'.\n",
                  options->operands[options->operand_count - 1]);
    return EXIT_USAGE;
}
