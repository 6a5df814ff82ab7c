#include "controller/cli/table_options.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#define PTY_WORD "pty"

bool table_next_part(const char** list, char* part, size_t capacity)
{
    if (*list == NULL) {
        return false;
    }
    const size_t length = strcspn(*list, ",");
    (void)snprintf(part, capacity, "%.*s", (int)length, *list);
    *list = (*list)[length] == ',' ? *list + length + 1 : NULL;
    return true;
}

static bool is_loopback(const char* address)
{
    struct in_addr parsed;
    return inet_pton(AF_INET, address, &parsed) == 1 && (ntohl(parsed.s_addr) >> 24) == 127;
}

bool table_allowed(const options_t* options, const char* bind_address,
                   uint32_t allowed[SERVER_ALLOWED_CAPACITY], int* count, FILE* messages)
{
    *count = 0;
    const char* list = options->text[OPTION_ALLOW];
    if (list == NULL && !is_loopback(bind_address)) {
        (void)fprintf(messages,
                      "knead table: --host %s: others than this computer could write to the "
                      "devices, and Modbus asks nobody who he is. Name those who may: --allow "
                      "ADDRESS[,ADDRESS]\n",
                      bind_address);
        return false;
    }
    char part[NAME_CAPACITY];
    while (table_next_part(&list, part, sizeof part)) {
        struct in_addr parsed;
        if (inet_pton(AF_INET, part, &parsed) != 1) {
            (void)fprintf(messages, "knead table: --allow: '%s' is no IPv4 address\n", part);
            return false;
        }
        if (*count == SERVER_ALLOWED_CAPACITY) {
            (void)fprintf(messages, "knead table: --allow: more than %d addresses\n",
                          SERVER_ALLOWED_CAPACITY);
            return false;
        }
        allowed[(*count)++] = parsed.s_addr;
    }
    return true;
}

static int line_named(const machine_settings_t* machine, const char* name)
{
    for (int i = 0; i < machine->line_count; i++) {
        if (strcmp(machine->lines[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

/// Splits NAME=PATH; a bare path is that of the only line. -1 after a sentence.
static int line_of_part(const char* option, const machine_settings_t* machine, const char* part,
                        const char** path, FILE* messages)
{
    char name[NAME_CAPACITY];
    const char* equals = strchr(part, '=');
    if (equals == NULL) {
        *path = part;
        if (machine->line_count == 1) {
            return 0;
        }
        (void)fprintf(messages, "knead table: --%s %s: the machine has %d lines; write NAME=PATH\n",
                      option, part, machine->line_count);
        return -1;
    }
    *path = equals + 1;
    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - part), part);
    const int line = line_named(machine, name);
    if (line < 0) {
        (void)fprintf(messages, "knead table: --%s: the machine has no line '%s'\n", option, name);
    }
    return line;
}

static bool read_paths(const options_t* options, option_id_t id, const char* option,
                       const machine_settings_t* machine, line_place_t places[SERIAL_LINE_CAPACITY],
                       FILE* messages)
{
    const char* list = options->text[id];
    char part[NAME_CAPACITY + PATH_CAPACITY];
    while (table_next_part(&list, part, sizeof part)) {
        const char* path = NULL;
        const int line = line_of_part(option, machine, part, &path, messages);
        if (line < 0) {
            return false;
        }
        if (path[0] == '\0' || strlen(path) >= PATH_CAPACITY) {
            (void)fprintf(messages, "knead table: --%s: a path has 1 to %d bytes\n", option,
                          PATH_CAPACITY - 1);
            return false;
        }
        if (id == OPTION_PTY_LINK) {
            (void)snprintf(places[line].link, PATH_CAPACITY, "%s", path);
        } else if (strcmp(path, PTY_WORD) != 0) {
            (void)snprintf(places[line].path, PATH_CAPACITY, "%s", path);
        }
    }
    return true;
}

bool table_line_places(const options_t* options, const machine_settings_t* machine,
                       line_place_t places[SERIAL_LINE_CAPACITY], FILE* messages)
{
    memset(places, 0, SERIAL_LINE_CAPACITY * sizeof places[0]);
    const bool given = options->given[OPTION_SERIAL] || options->given[OPTION_PTY_LINK];
    if (given && machine->line_count == 0) {
        (void)fprintf(messages,
                      "knead table: --%s: there is no serial line; name profiles with "
                      "--profile, or a machine with lines\n",
                      options->given[OPTION_SERIAL] ? "serial" : "pty-link");
        return false;
    }
    if (!read_paths(options, OPTION_SERIAL, "serial", machine, places, messages) ||
        !read_paths(options, OPTION_PTY_LINK, "pty-link", machine, places, messages)) {
        return false;
    }
    for (int i = 0; i < machine->line_count; i++) {
        if (!given && machine->world == WORLD_VIRTUAL) {
            memcpy(places[i].link, machine->lines[i].path, PATH_CAPACITY);
        }
        if (places[i].path[0] != '\0' && places[i].link[0] != '\0') {
            (void)fprintf(messages, "knead table: --pty-link: line '%s' is a serial device\n",
                          machine->lines[i].name);
            return false;
        }
    }
    return true;
}

bool table_parity(const options_t* options, parity_t* parity, FILE* messages)
{
    static const char* const words[] = {
        [PARITY_NONE] = "none", [PARITY_EVEN] = "even", [PARITY_ODD] = "odd"};
    const char* given = options->text[OPTION_PARITY];
    if (given == NULL) {
        return true;
    }
    for (int i = 0; i < (int)(sizeof words / sizeof words[0]); i++) {
        if (strcmp(words[i], given) == 0) {
            *parity = (parity_t)i;
            return true;
        }
    }
    (void)fprintf(messages, "knead table: --parity %s: none, even or odd\n", given);
    return false;
}
