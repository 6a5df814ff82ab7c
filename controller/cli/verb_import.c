#include <stdio.h>
#include <string.h>

#include "config/finding.h"
#include "config/urdf.h"
#include "config/urdf_machine.h"
#include "controller/cli/verb.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

static bool can_be_name(const char* text)
{
    const size_t length = strlen(text);
    return length > 0 && length < NAME_CAPACITY && strspn(text, NAME_LETTERS) == length;
}

static exit_code_t refuse(const char* message, const char* given)
{
    (void)fprintf(stderr, "knead import: %s '%s'\nSee 'knead import --help'.\n", message, given);
    return EXIT_USAGE;
}

exit_code_t verb_import(const options_t* options, assembly_t* assembly)
{
    const char* path = options->operands[1];
    const char* tip = options->text[OPTION_TIP];
    const char* name = options->text[OPTION_NAME];
    if (strcmp(options->operands[0], "urdf") != 0) {
        return refuse("the only format is 'urdf', not", options->operands[0]);
    }
    if (tip == NULL) {
        return refuse("needs --tip LINK, the link that the tool is mounted on, for", path);
    }
    if (name != NULL && !can_be_name(name)) {
        return refuse("letters, digits, '_', '-' and '.' make a name, not", name);
    }
    urdf_arm_t arm;
    if (!urdf_read_arm(path, tip, options->text[OPTION_BASE], &arm, &assembly->findings)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    if (name == NULL && !can_be_name(arm.robot)) {
        return refuse("give --name NAME, a machine can't be called", arm.robot);
    }
    urdf_write_machine(&arm, name != NULL ? name : arm.robot, path, stdout);
    return EXIT_DONE;
}
