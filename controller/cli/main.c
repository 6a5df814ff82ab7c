/// The command line: finds the verb, reads its options, runs it, answers with its exit code.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/finding.h"
#include "controller/cli/verbs.h"

#define VERB_CAPACITY 64 // verbs among which a near match is looked for

static void print_help(FILE* out)
{
    (void)fprintf(out, "knead: the controller of a robotic massage table arm\n\n"
                       "Usage: knead VERB [OPTION...] [FILE...]\n\nVerbs:\n");
    for (int i = 0; verb_at(i) != NULL; ++i) {
        (void)fprintf(out, "  %-10s %s\n", verb_at(i)->name, verb_at(i)->line);
    }
    (void)fprintf(out, "\n'knead VERB --help' tells more about a verb.\n\nExit codes:\n");
    for (int i = 0; exit_code_at(i) != NULL; ++i) {
        (void)fprintf(out, "  %3d  %s\n", exit_code_at(i)->number, exit_code_at(i)->text);
    }
}

static void print_verb_help(const verb_t* verb, FILE* out)
{
    (void)fprintf(out, "Usage: knead %s [OPTION...]%s%s\n\n%s\n%s%s\nOptions:\n", verb->name,
                  verb->operands[0] != '\0' ? " " : "", verb->operands, verb->line,
                  verb->more[0] != '\0' ? "\n" : "", verb->more);
    options_print_help(verb->accepted, out);
}

static exit_code_t say_unknown_verb(const char* given)
{
    static const char* const options[] = {"--help", "--version", NULL};
    const char* words[VERB_CAPACITY + 2];
    int count = 0;
    for (; verb_at(count) != NULL && count < VERB_CAPACITY; ++count) {
        words[count] = verb_at(count)->name;
    }
    words[count++] = "help";
    words[count] = NULL;
    const bool option = given[0] == '-';
    const char* nearest = finding_nearest(given, option ? options : words);
    (void)fprintf(stderr, "knead: unknown %s '%s'", option ? "option" : "verb", given);
    if (nearest != NULL) {
        (void)fprintf(stderr, "; did you mean '%s'?", nearest);
    }
    (void)fprintf(stderr, "\nSee 'knead --help'.\n");
    return EXIT_USAGE;
}

static bool operands_fit(const verb_t* verb, const options_t* options)
{
    if (options->operand_count < verb->operands_fewest) {
        (void)fprintf(stderr, "knead %s: needs %s\nSee 'knead %s --help'.\n", verb->name,
                      verb->operands, verb->name);
        return false;
    }
    if (verb->operands_most >= 0 && options->operand_count > verb->operands_most) {
        (void)fprintf(stderr, "knead %s: what is '%s' for?\nSee 'knead %s --help'.\n", verb->name,
                      options->operands[verb->operands_most], verb->name);
        return false;
    }
    return true;
}

static exit_code_t run_verb(const verb_t* verb, int count, char** arguments)
{
    options_t options;
    if (!options_read(count, arguments, verb->accepted, &options, stderr)) {
        return EXIT_USAGE;
    }
    if (options.help) {
        print_verb_help(verb, stdout);
        return EXIT_DONE;
    }
    if (!operands_fit(verb, &options)) {
        return EXIT_USAGE;
    }
    assembly_t* assembly = assembly_create();
    if (assembly == NULL) {
        (void)fprintf(stderr, "knead: out of memory\n");
        return EXIT_INTERNAL;
    }
    const exit_code_t code = verb->run(&options, assembly);
    assembly_destroy(assembly);
    return code;
}

static exit_code_t run(int count, char** arguments)
{
    if (count < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    char* first = arguments[1];
    const bool help_verb = strcmp(first, "help") == 0;
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || (help_verb && count == 2)) {
        print_help(stdout);
        return EXIT_DONE;
    }
    char version_name[] = "version";
    if (strcmp(first, "--version") == 0) {
        arguments[1] = version_name;
    }
    const verb_t* verb = verb_named(help_verb ? arguments[2] : arguments[1]);
    if (verb == NULL) {
        return say_unknown_verb(help_verb ? arguments[2] : first);
    }
    if (help_verb) {
        print_verb_help(verb, stdout);
        return EXIT_DONE;
    }
    return run_verb(verb, count - 1, arguments + 1);
}

int main(int count, char** arguments)
{
    const exit_code_t code = run(count, arguments);
    // A full disk or a closed pipe must not look like success.
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        (void)fprintf(stderr, "knead: standard output could not be written\n");
        return code == EXIT_DONE ? EXIT_INTERNAL : code;
    }
    return code;
}
