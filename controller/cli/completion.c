#include "controller/cli/completion.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define OPERANDS_CAPACITY 160

const char* completion_what_name(completion_what_t what)
{
    switch (what) {
#define X(id, name)                                                                                \
    case id:                                                                                       \
        return name;
        COMPLETION_WHAT_LIST(X)
#undef X
    case COMPLETION_WHAT_COUNT:
        break;
    }
    return "";
}

static void spec_add(char spec[COMPLETION_SPEC_CAPACITY], const char* word)
{
    const size_t used = strlen(spec);
    const int more =
        snprintf(spec + used, COMPLETION_SPEC_CAPACITY - used, "%s%s", used > 0 ? " " : "", word);
    assert(more >= 0 && (size_t)more < COMPLETION_SPEC_CAPACITY - used);
    (void)more;
}

void completion_of_option(option_id_t id, char spec[COMPLETION_SPEC_CAPACITY])
{
    const char* argument = option_info(id)->argument;
    spec[0] = '\0';
    if (id == OPTION_PAD) {
        spec_add(spec, "@pads");
    } else if (id == OPTION_PROFILE) {
        spec_add(spec, "@files @profiles");
    } else if (strcmp(argument, "FILE") == 0 || strcmp(argument, "PATH") == 0) {
        spec_add(spec, "@files");
    } else if (strcmp(argument, "DIR") == 0) {
        spec_add(spec, "@folders");
    } else if (strchr(argument, '|') != NULL) {
        char words[OPERANDS_CAPACITY];
        char* rest = words;
        (void)snprintf(words, sizeof words, "%s", argument);
        for (char* word = strtok_r(words, "|", &rest); word != NULL;
             word = strtok_r(NULL, "|", &rest)) {
            spec_add(spec, word);
        }
    }
}

/// The spec of an operand that is named in capitals.
static const char* spec_of_name(const char* name)
{
    static const struct {
        const char* name;
        const char* spec;
    } known[] = {
        {"KIND", "@kinds"},     {"NAME", "@profiles"},
        {"DEVICE", "@devices"}, {"WHAT", "profiles devices pads kinds"},
        {"RUN", "@folders"},    {"DIR", "@folders"},
    };
    const size_t length = strcspn(name, ".");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; ++i) {
        if (strlen(known[i].name) == length && strncmp(known[i].name, name, length) == 0) {
            return known[i].spec;
        }
    }
    return "@files";
}

static bool is_word(const char* token)
{
    return islower((unsigned char)token[0]) != 0;
}

static completion_row_t* row_add(completion_row_t* rows, int* count, const char* behind)
{
    assert(*count < COMPLETION_ROW_CAPACITY);
    completion_row_t* row = &rows[(*count)++];
    *row = (completion_row_t){.first = false};
    (void)snprintf(row->behind, sizeof row->behind, "%s", behind);
    return row;
}

/// One way to write the operands, its words apart by blanks.
static void take_way(char* way, completion_row_t* rows, int* count)
{
    char* rest = way;
    const char* first = strtok_r(way, " ", &rest);
    if (first == NULL) {
        return;
    }
    const bool word = is_word(first);
    const char* spec = word ? first : spec_of_name(first);
    if (word || strstr(rows[0].spec, spec) == NULL) {
        spec_add(rows[0].spec, spec);
    }
    const char* second = strtok_r(NULL, " ", &rest);
    if (second != NULL) {
        spec_add(row_add(rows, count, word ? first : "")->spec,
                 is_word(second) ? second : spec_of_name(second));
    } else if (!word && strstr(first, "...") != NULL) {
        spec_add(row_add(rows, count, "")->spec, spec);
    }
}

int completion_of_operands(const verb_t* verb, completion_row_t rows[COMPLETION_ROW_CAPACITY])
{
    char ways[OPERANDS_CAPACITY];
    int count = 0;
    size_t length = 0;
    for (const char* at = verb->operands; *at != '\0' && length + 1 < sizeof ways; ++at) {
        if (*at != '[' && *at != ']') {
            ways[length++] = *at;
        }
    }
    ways[length] = '\0';
    if (length == 0) {
        return 0;
    }
    row_add(rows, &count, "")->first = true;
    char* rest = ways;
    for (char* way = strtok_r(ways, "|", &rest); way != NULL; way = strtok_r(NULL, "|", &rest)) {
        take_way(way, rows, &count);
    }
    return count;
}
