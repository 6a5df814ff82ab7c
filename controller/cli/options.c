#include "controller/cli/options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "config/finding.h"

static const option_info_t rows[OPTION_COUNT] = {
#define X(id, name, argument, kind, lowest, highest, meaning)                                      \
    [id] = {name, argument, kind, lowest, highest, meaning},
    OPTION_LIST(X)
#undef X
};

const option_info_t* option_info(option_id_t id)
{
    return &rows[id];
}

#define HELP_CODE 'h'
#define FIRST_CODE 256 // of options without a letter: above every character

/// Fills getopt's table and the words for near matches, both ended by nulls.
static void table_build(uint64_t accepted, struct option table[OPTION_COUNT + 2],
                        const char* words[OPTION_COUNT + 2])
{
    int count = 0;
    for (int id = 0; id < OPTION_COUNT; ++id) {
        if ((accepted & OPTION_BIT(id)) != 0) {
            table[count] = (struct option){
                rows[id].name, rows[id].kind == OPTION_KIND_FLAG ? no_argument : required_argument,
                NULL, FIRST_CODE + id};
            words[count++] = rows[id].name;
        }
    }
    table[count] = (struct option){"help", no_argument, NULL, HELP_CODE};
    words[count++] = "help";
    table[count] = (struct option){NULL, 0, NULL, 0};
    words[count] = NULL;
}

static void say_unknown(const char* verb, const char* given, const char* const* words,
                        FILE* messages)
{
    char name[NAME_CAPACITY];
    (void)snprintf(name, sizeof name, "%s", given + strspn(given, "-"));
    name[strcspn(name, "=")] = '\0';
    const char* nearest = finding_nearest(name, words);
    (void)fprintf(messages, "knead %s: unknown option '%s'", verb, given);
    if (nearest != NULL) {
        (void)fprintf(messages, "; did you mean '--%s'?", nearest);
    }
    (void)fprintf(messages, "\nSee 'knead %s --help'.\n", verb);
}

/// A whole decimal number in the option's range.
static bool whole_read(const char* verb, int id, const char* text, int64_t* whole, FILE* messages)
{
    char* end = NULL;
    errno = 0;
    const bool digits = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
    const long long number = digits ? strtoll(text, &end, 10) : 0;
    if (!digits || errno != 0 || number < rows[id].lowest || number > rows[id].highest) {
        (void)fprintf(messages, "knead %s: --%s %s: not a whole number from %lld to %lld\n", verb,
                      rows[id].name, text, (long long)rows[id].lowest, (long long)rows[id].highest);
        return false;
    }
    *whole = number;
    return true;
}

static bool option_take(const char* verb, int id, const char* text, options_t* options,
                        FILE* messages)
{
    if (options->given[id]) {
        (void)fprintf(messages, "knead %s: --%s stands there twice\n", verb, rows[id].name);
        return false;
    }
    options->given[id] = true;
    switch (rows[id].kind) {
    case OPTION_KIND_FLAG:
        return true;
    case OPTION_KIND_TEXT:
        options->text[id] = text;
        if (text[0] == '\0') {
            (void)fprintf(messages, "knead %s: --%s: nothing stands behind it\n", verb,
                          rows[id].name);
        }
        return text[0] != '\0';
    case OPTION_KIND_WHOLE:
        options->text[id] = text;
        return whole_read(verb, id, text, &options->whole[id], messages);
    }
    assert(false);
    return false;
}

/// What getopt refused, in a sentence. `code` is ':' for a missing argument, else '?'.
static void say_refused(const char* verb, int code, const char* given, const char* const* words,
                        FILE* messages)
{
    if (code == ':') {
        const int id = optopt - FIRST_CODE;
        const bool known = id >= 0 && id < OPTION_COUNT;
        (void)fprintf(messages, "knead %s: %s needs %s behind it\n", verb, given,
                      known ? rows[id].argument : "something");
    } else if (optopt >= FIRST_CODE) {
        (void)fprintf(messages, "knead %s: --%s takes nothing behind '='\n", verb,
                      rows[optopt - FIRST_CODE].name);
    } else {
        say_unknown(verb, given, words, messages);
    }
}

bool options_read(int count, char** arguments, uint64_t accepted, options_t* options,
                  FILE* messages)
{
    struct option table[OPTION_COUNT + 2];
    const char* words[OPTION_COUNT + 2];
    table_build(accepted, table, words);
    *options = (options_t){0};
    options->whole[OPTION_SEED] = OPTION_SEED_DEFAULT;
    opterr = 0; // the sentences are ours
    optind = 0; // glibc: start anew, whatever was read before
    for (;;) {
        const int code = getopt_long(count, arguments, ":h", table, NULL);
        if (code == -1) {
            break;
        }
        if (code == HELP_CODE) {
            options->help = true;
        } else if (code >= FIRST_CODE) {
            if (!option_take(arguments[0], code - FIRST_CODE, optarg, options, messages)) {
                return false;
            }
        } else {
            // An unknown letter comes in optopt, an unknown word leaves 0 there.
            const char letter[] = {'-', (char)optopt, '\0'};
            const bool is_letter = optopt > 0 && optopt < FIRST_CODE;
            say_refused(arguments[0], code, is_letter ? letter : arguments[optind - 1], words,
                        messages);
            return false;
        }
    }
    options->operand_count = count - optind;
    options->operands = arguments + optind;
    return true;
}

void options_print_help(uint64_t accepted, FILE* out)
{
    for (int id = 0; id < OPTION_COUNT; ++id) {
        if ((accepted & OPTION_BIT(id)) != 0) {
            char head[NAME_CAPACITY];
            (void)snprintf(head, sizeof head, "--%s%s%s", rows[id].name,
                           rows[id].argument != NULL ? " " : "",
                           rows[id].argument != NULL ? rows[id].argument : "");
            (void)fprintf(out, "  %-20s %s\n", head, rows[id].meaning);
        }
    }
    (void)fprintf(out, "  %-20s %s\n", "-h, --help", "this text");
}
