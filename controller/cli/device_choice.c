#include "controller/cli/device_choice.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config/load.h"
#include "controller/cli/device_words.h"

bool device_choice_folder(char* path, size_t capacity)
{
    return assembly_data_path("config/devices", path, capacity);
}

static bool is_path(const char* name)
{
    const size_t length = strlen(name);
    return strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".yaml") == 0);
}

bool device_choice_profile(const char* name, device_profile_t* profile, findings_t* findings)
{
    if (is_path(name)) {
        return load_device_profile(name, profile, findings);
    }
    char folder[ASSEMBLY_PATH_CAPACITY];
    char path[2 * ASSEMBLY_PATH_CAPACITY];
    struct stat status;
    if (!device_choice_folder(folder, sizeof folder)) {
        return false;
    }
    const int length = snprintf(path, sizeof path, "%s/%s.yaml", folder, name);
    return length > 0 && (size_t)length < sizeof path && stat(path, &status) == 0 &&
           load_device_profile(path, profile, findings);
}

exit_code_t device_choice_machine(const options_t* options, assembly_t* assembly)
{
    chain_t chain;
    if (!assembly_load_arm(assembly, options, &chain)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    assembly_move_devices(assembly, options->text[OPTION_HOST],
                          (int)options->whole[OPTION_PORT_BASE]);
    return EXIT_DONE;
}

int device_choice_named(const machine_settings_t* machine, const char* name)
{
    const char* words[DEVICE_CAPACITY + 1] = {0};
    for (int i = 0; i < machine->device_count; i++) {
        words[i] = machine->devices[i].name;
        if (strcmp(words[i], name) == 0) {
            return i;
        }
    }
    const char* nearest = finding_nearest(name, words);
    (void)fprintf(stderr, "knead device: machine '%s' has no device '%s'%s%s%s\n", machine->name,
                  name, nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                  nearest != NULL ? "'?" : "");
    return -1;
}

void device_choice_alone(const device_profile_t* profile, machine_settings_t* machine)
{
    memset(machine, 0, sizeof *machine);
    machine->profile_count = 1;
    machine->profiles[0] = *profile;
    machine->device_count = 1;
    device_settings_t* device = &machine->devices[0];
    (void)snprintf(device->name, sizeof device->name, "%s", profile->name);
    (void)snprintf(device->profile, sizeof device->profile, "%s", profile->name);
    device->role = profile->role;
    device->port = profile->tcp_port;
    device->unit = profile->tcp_unit > 0 ? profile->tcp_unit : 1; // as a table serves it
}

static exit_code_t say_usage(const char* sentence)
{
    (void)fprintf(stderr, "knead device: %s\nSee 'knead device --help'.\n", sentence);
    return EXIT_USAGE;
}

static exit_code_t place_over_tcp(const options_t* options, machine_settings_t* machine)
{
    device_settings_t* device = &machine->devices[0];
    const char* host = options->text[OPTION_HOST];
    struct in_addr address;
    if (host == NULL) {
        return say_usage("where is the device? --host ADDRESS, or --serial PATH");
    }
    if (strlen(host) >= sizeof device->host || inet_pton(AF_INET, host, &address) != 1) {
        return say_usage("--host is a numeric IPv4 address");
    }
    (void)snprintf(device->host, sizeof device->host, "%s", host);
    if (options->given[OPTION_PORT]) {
        device->port = (int)options->whole[OPTION_PORT];
    }
    if (options->given[OPTION_UNIT]) {
        device->unit = (int)options->whole[OPTION_UNIT];
    }
    if (device->port == 0) {
        return say_usage("the profile names no TCP port: --port N");
    }
    return EXIT_DONE;
}

/// The speed of the line: as given, else the only one that the device is made for.
static exit_code_t choose_baud(const options_t* options, const device_profile_t* profile,
                               line_settings_t* line)
{
    if (!options->given[OPTION_BAUD]) {
        line->baud = profile->baud_count == 1 ? profile->bauds[0] : 0;
        return line->baud > 0 ? EXIT_DONE
                              : say_usage("the profile names no single line speed: --baud N");
    }
    line->baud = (int)options->whole[OPTION_BAUD];
    bool made_for_it = profile->baud_count == 0;
    for (int i = 0; i < profile->baud_count; i++) {
        made_for_it = made_for_it || profile->bauds[i] == line->baud;
    }
    if (!made_for_it) {
        (void)fprintf(stderr, "knead device: a '%s' is not made for %d baud, but for",
                      profile->name, line->baud);
        for (int i = 0; i < profile->baud_count; i++) {
            (void)fprintf(stderr, " %d", profile->bauds[i]);
        }
        (void)fprintf(stderr, "\n");
    }
    return made_for_it ? EXIT_DONE : EXIT_USAGE;
}

static exit_code_t choose_parity(const options_t* options, line_settings_t* line)
{
    const char* given = options->text[OPTION_PARITY];
    if (given == NULL) {
        return EXIT_DONE;
    }
    for (int parity = PARITY_NONE; parity <= PARITY_ODD; parity++) {
        if (strcmp(given, device_word("rtu.parity", parity)) == 0) {
            line->parity = (parity_t)parity;
            line->stop_bits = line->parity == PARITY_NONE ? 2 : 1; // serial guide 2.5.1
            return EXIT_DONE;
        }
    }
    return say_usage("--parity is none, even or odd");
}

static exit_code_t place_on_line(const options_t* options, machine_settings_t* machine)
{
    const device_profile_t* profile = &machine->profiles[0];
    device_settings_t* device = &machine->devices[0];
    line_settings_t* line = &machine->lines[0];
    const char* path = options->text[OPTION_SERIAL];
    if (strlen(path) >= sizeof line->path) {
        return say_usage("the path behind --serial is too long");
    }
    *line = (line_settings_t){
        .name = "serial", .parity = profile->rtu_parity, .stop_bits = profile->rtu_stop_bits};
    (void)snprintf(line->path, sizeof line->path, "%s", path);
    machine->line_count = 1;
    device->line = 1;
    device->port = 0;
    device->unit =
        options->given[OPTION_UNIT] ? (int)options->whole[OPTION_UNIT] : profile->rtu_unit;
    exit_code_t code = choose_baud(options, profile, line);
    if (code == EXIT_DONE) {
        code = choose_parity(options, line);
    }
    if (options->given[OPTION_STOP_BITS]) {
        line->stop_bits = (int)options->whole[OPTION_STOP_BITS];
    }
    if (code == EXIT_DONE && (device->unit < 1 || device->unit > LINE_UNIT_MAX)) {
        code = say_usage("on a serial line the unit is 1 to 247: --unit N");
    }
    return code;
}

static exit_code_t reduce_to_described(const options_t* options, int count, assembly_t* assembly)
{
    device_profile_t profile;
    if (count > 0 || options->given[OPTION_MACHINE] || options->given[OPTION_PORT_BASE]) {
        return say_usage("--profile describes one device that no machine names: no names, no "
                         "--machine and no --port-base beside it");
    }
    if (options->given[OPTION_HOST] && options->given[OPTION_SERIAL]) {
        return say_usage("a device is at --host or on --serial, not both");
    }
    const char* name = options->text[OPTION_PROFILE];
    if (!device_choice_profile(name, &profile, &assembly->findings)) {
        findings_print(&assembly->findings, stderr);
        if (assembly->findings.error_count == 0) {
            (void)fprintf(stderr, "knead device: there is no profile '%s'\n", name);
        }
        return EXIT_INVALID_FILE;
    }
    device_choice_alone(&profile, &assembly->machine);
    return options->given[OPTION_SERIAL] ? place_on_line(options, &assembly->machine)
                                         : place_over_tcp(options, &assembly->machine);
}

exit_code_t device_choice_reduce(const options_t* options, int count, char* const* names,
                                 assembly_t* assembly)
{
    if (options->given[OPTION_PROFILE]) {
        return reduce_to_described(options, count, assembly);
    }
    if (options->given[OPTION_PORT] || options->given[OPTION_UNIT] ||
        options->given[OPTION_SERIAL] || options->given[OPTION_BAUD] ||
        options->given[OPTION_PARITY] || options->given[OPTION_STOP_BITS]) {
        return say_usage("--port, --unit, --serial, --baud, --parity and --stop-bits stand beside "
                         "--profile; a machine's file has its own");
    }
    const exit_code_t code = device_choice_machine(options, assembly);
    if (code != EXIT_DONE || count == 0) {
        return code;
    }
    machine_settings_t* machine = &assembly->machine;
    if (count > DEVICE_CAPACITY) {
        return say_usage("more names than a machine has devices");
    }
    device_settings_t chosen[DEVICE_CAPACITY] = {0};
    for (int i = 0; i < count; i++) {
        const int at = device_choice_named(machine, names[i]);
        if (at < 0) {
            return EXIT_USAGE;
        }
        chosen[i] = machine->devices[at];
    }
    memcpy(machine->devices, chosen, (size_t)count * sizeof chosen[0]);
    machine->device_count = count;
    return EXIT_DONE;
}
