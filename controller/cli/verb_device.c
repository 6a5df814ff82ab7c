#include <stdio.h>
#include <string.h>

#include "controller/cli/device_choice.h"
#include "controller/cli/device_list.h"
#include "controller/cli/device_probing.h"
#include "controller/cli/device_show.h"
#include "controller/cli/device_watch.h"
#include "controller/cli/verb.h"

static exit_code_t say_usage(const char* sentence, const char* word)
{
    (void)fprintf(stderr, "knead device: %s '%s'\nSee 'knead device --help'.\n", sentence, word);
    return EXIT_USAGE;
}

static exit_code_t list(const options_t* options, assembly_t* assembly)
{
    return options->operand_count == 1 ? device_list(options, assembly)
                                       : say_usage("list: what is this for:", options->operands[1]);
}

static exit_code_t show(const options_t* options, assembly_t* assembly)
{
    if (options->operand_count == 2) {
        return device_show(options, assembly, options->operands[1]);
    }
    return options->operand_count > 2
               ? say_usage("show: one name, and what is this for:", options->operands[2])
               : say_usage("needs the name of a profile or a device behind", "show");
}

static exit_code_t probe(const options_t* options, assembly_t* assembly)
{
    const exit_code_t code =
        device_choice_reduce(options, options->operand_count - 1, options->operands + 1, assembly);
    return code == EXIT_DONE ? device_probing(options, assembly) : code;
}

static exit_code_t watch(const options_t* options, assembly_t* assembly)
{
    const exit_code_t code =
        device_choice_reduce(options, options->operand_count - 1, options->operands + 1, assembly);
    return code == EXIT_DONE ? device_watch(options, assembly) : code;
}

static const struct {
    const char* name;
    exit_code_t (*run)(const options_t* options, assembly_t* assembly);
} actions[] = {{"list", list}, {"show", show}, {"probe", probe}, {"watch", watch}};
#define ACTION_COUNT ((int)(sizeof actions / sizeof actions[0]))

exit_code_t verb_device(const options_t* options, assembly_t* assembly)
{
    const char* words[ACTION_COUNT + 1] = {0};
    for (int i = 0; i < ACTION_COUNT; i++) {
        words[i] = actions[i].name;
        if (strcmp(words[i], options->operands[0]) == 0) {
            return actions[i].run(options, assembly);
        }
    }
    const char* nearest = finding_nearest(options->operands[0], words);
    (void)fprintf(stderr, "knead device: there is no '%s'%s%s%s\nSee 'knead device --help'.\n",
                  options->operands[0], nearest != NULL ? "; did you mean '" : "",
                  nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    return EXIT_USAGE;
}
