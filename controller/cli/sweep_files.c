#include "controller/cli/sweep_files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/load.h"
#include "controller/cli/rehearsal_stage.h"
#include "controller/tuning/number_edit.h"
#include "routines/client_load.h"

// Copies lie in a folder beside `devices`, where a machine's file looks for them.
#define COPIES "copies"

static bool say(const char* path, const char* field, const char* what)
{
    (void)fprintf(stderr, "knead sweep: %s: %s%s%s\n", path, field, field[0] != '\0' ? ": " : "",
                  what);
    return false;
}

static bool find(const options_t* options, option_id_t id, const char* shipped,
                 char path[ASSEMBLY_PATH_CAPACITY])
{
    const char* given = options->text[id];
    const int length = given != NULL ? snprintf(path, ASSEMBLY_PATH_CAPACITY, "%s", given) : 0;
    return given != NULL ? length >= 0 && length < ASSEMBLY_PATH_CAPACITY
                         : assembly_data_path(shipped, path, ASSEMBLY_PATH_CAPACITY);
}

/// The original of a kind, for a place of the sweep.
static const char* original(const sweep_files_t* files, sweep_kind_t kind,
                            const sweep_place_t* place)
{
    switch (kind) {
    case SWEEP_MACHINE:
        return files->machine;
    case SWEEP_SAFETY:
        return files->safety;
    case SWEEP_BODY:
        return files->body;
    case SWEEP_CLIENT:
        return files->header->clients[place->client];
    case SWEEP_ROUTINE:
        return files->header->routines[place->routine];
    case SWEEP_PERSON:
        break;
    }
    return "";
}

/// Whether the number of an axis is there; its unit goes into the axis.
static bool look_at(const char* path, sweep_axis_t* axis)
{
    findings_t findings = {0};
    yaml_document_t document;
    number_place_t place;
    if (!yaml_document_read(path, &document, &findings)) {
        findings_print(&findings, stderr);
        return false;
    }
    const number_edit_result_t result = number_edit_find(&document, axis->field, &place);
    yaml_document_free(&document);
    if (result != NUMBER_EDIT_OK) {
        return say(path, axis->field, number_edit_text(result));
    }
    (void)snprintf(axis->unit, sizeof axis->unit, "%s", place.unit);
    return true;
}

static bool look_at_all(sweep_files_t* files, sweep_header_t* header)
{
    for (int i = 0; i < header->axes.axis_count; ++i) {
        sweep_axis_t* axis = &header->axes.axes[i];
        const int clients = axis->kind == SWEEP_CLIENT ? header->client_count : 1;
        const int routines = axis->kind == SWEEP_ROUTINE ? header->routine_count : 1;
        for (int n = 0; axis->kind != SWEEP_PERSON && n < clients * routines; ++n) {
            const sweep_place_t place = {.client = n % clients, .routine = n / clients};
            if (!look_at(original(files, axis->kind, &place), axis)) {
                return false;
            }
        }
    }
    return true;
}

/// A folder for the copies, with the machine's devices beside it.
static bool make_folder(sweep_files_t* files)
{
    const char* temporary = getenv("TMPDIR");
    char devices[ASSEMBLY_PATH_CAPACITY], path[2 * ASSEMBLY_PATH_CAPACITY];
    (void)snprintf(files->folder, sizeof files->folder, "%s/knead-sweep-XXXXXX",
                   temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp");
    if (mkdtemp(files->folder) == NULL) {
        (void)say(files->folder, "", strerror(errno));
        files->folder[0] = '\0';
        return false;
    }
    (void)snprintf(path, sizeof path, "%s/" COPIES, files->folder);
    if (mkdir(path, 0700) != 0 ||
        !assembly_device_directory(files->machine, devices, sizeof devices)) {
        return say(path, "", strerror(errno));
    }
    // A link is read from where it lies.
    char whole[2 * ASSEMBLY_PATH_CAPACITY] = "";
    const bool placed = devices[0] == '/' || getcwd(whole, ASSEMBLY_PATH_CAPACITY - 1) != NULL;
    const size_t length = strlen(whole);
    (void)snprintf(whole + length, sizeof whole - length, "%s%s", length > 0 ? "/" : "", devices);
    (void)snprintf(path, sizeof path, "%s/devices", files->folder);
    const bool linked = placed && symlink(whole, path) == 0;
    return linked || say(path, "", strerror(errno));
}

bool sweep_files_begin(sweep_files_t* files, const options_t* options, sweep_header_t* header)
{
    *files = (sweep_files_t){.options = options, .header = header};
    return find(options, OPTION_MACHINE, "config/machines/rail6.yaml", files->machine) &&
           find(options, OPTION_SAFETY, "config/safety/default.yaml", files->safety) &&
           find(options, OPTION_BODY, "config/bodies/prone.yaml", files->body) &&
           look_at_all(files, header) && make_folder(files);
}

void sweep_files_end(sweep_files_t* files)
{
    char path[2 * ASSEMBLY_PATH_CAPACITY];
    if (files->folder[0] == '\0') {
        return;
    }
    (void)snprintf(path, sizeof path, "%s/devices", files->folder);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/" COPIES, files->folder);
    (void)rmdir(path);
    (void)rmdir(files->folder);
    files->folder[0] = '\0';
}

// ---------------------------------------------------------------------------------------- copies

typedef struct {
    char bytes[YAML_FILE_CAPACITY];
    size_t count;
} text_t;

static bool read_text(const char* path, text_t* text)
{
    FILE* file = fopen(path, "rb");
    text->count = file != NULL ? fread(text->bytes, 1, sizeof text->bytes, file) : 0;
    const bool whole = file != NULL && ferror(file) == 0 && feof(file) != 0;
    if (file != NULL) {
        (void)fclose(file);
    }
    return whole;
}

static bool change(text_t* text, const char* path, const char* field, double value)
{
    findings_t findings = {0};
    yaml_document_t document;
    number_place_t place;
    if (!yaml_document_parse(path, text->bytes, text->count, &document, &findings)) {
        return false;
    }
    const bool found = number_edit_find(&document, field, &place) == NUMBER_EDIT_OK;
    yaml_document_free(&document);
    return found && number_edit_replace(text->bytes, &text->count, sizeof text->bytes, &place,
                                        value) == NUMBER_EDIT_OK;
}

static bool write_text(const char* path, const text_t* text)
{
    FILE* file = fopen(path, "wb");
    const bool written = file != NULL && fwrite(text->bytes, 1, text->count, file) == text->count;
    return file != NULL && fclose(file) == 0 && written;
}

/// The file of a kind for a trial: the original, or a copy with its numbers changed, whose path
/// `copy` gets. Null if the copy could not be made.
static const char* file_of(const sweep_files_t* files, int64_t number, sweep_kind_t kind,
                           char copy[ASSEMBLY_PATH_CAPACITY])
{
    static text_t text; // large; a process makes one copy at a time
    const sweep_header_t* header = files->header;
    const sweep_place_t place = sweep_place(header, number);
    const char* path = original(files, kind, &place);
    double values[SWEEP_AXIS_CAPACITY];
    sweep_axes_values(&header->axes, place.point, values);
    bool varied = false;
    for (int i = 0; i < header->axes.axis_count; ++i) {
        const sweep_axis_t* axis = &header->axes.axes[i];
        if (axis->kind != kind) {
            continue;
        }
        if ((!varied && !read_text(path, &text)) || !change(&text, path, axis->field, values[i])) {
            return NULL;
        }
        varied = true;
    }
    copy[0] = '\0';
    if (!varied) {
        return path;
    }
    const int length = snprintf(copy, ASSEMBLY_PATH_CAPACITY, "%s/" COPIES "/%s-%" PRId64 ".yaml",
                                files->folder, sweep_kind_text(kind), number);
    return length > 0 && length < ASSEMBLY_PATH_CAPACITY && write_text(copy, &text) ? copy : NULL;
}

/// The first error, about the file as the person knows it.
static void tell(const findings_t* findings, const char* const originals[SWEEP_FILE_KIND_COUNT],
                 const char copies[SWEEP_FILE_KIND_COUNT][ASSEMBLY_PATH_CAPACITY],
                 char finding[TEXT_CAPACITY])
{
    (void)snprintf(finding, TEXT_CAPACITY, "refused");
    for (int i = 0; i < findings->count; ++i) {
        const finding_t* at = &findings->at[i];
        if (at->severity != FINDING_ERROR) {
            continue;
        }
        const char* path = at->path;
        for (int kind = 0; kind < SWEEP_FILE_KIND_COUNT; ++kind) {
            path =
                copies[kind][0] != '\0' && strcmp(path, copies[kind]) == 0 ? originals[kind] : path;
        }
        (void)snprintf(finding, TEXT_CAPACITY, "%s:%d:%d: %s%s%s", path, at->line, at->column,
                       at->field, at->field[0] != '\0' ? ": " : "", at->message);
        return;
    }
}

/// A scan lies beside the client's original.
static void keep_scan(const char* client, assembly_t* assembly)
{
    findings_t findings = {0};
    client_settings_t* settings = calloc(1, sizeof *settings);
    if (settings != NULL && client_load(client, settings, &findings) && settings->scan[0] != '\0') {
        (void)snprintf(assembly->scan_path, sizeof assembly->scan_path, "%s", settings->scan);
    }
    free(settings);
}

bool sweep_files_load(const sweep_files_t* files, int64_t number, assembly_t* assembly,
                      stage_t* stage, char finding[TEXT_CAPACITY])
{
    const sweep_place_t place = sweep_place(files->header, number);
    const char* originals[SWEEP_FILE_KIND_COUNT];
    const char* paths[SWEEP_FILE_KIND_COUNT];
    char copies[SWEEP_FILE_KIND_COUNT][ASSEMBLY_PATH_CAPACITY];
    bool copied = true;
    for (int kind = 0; kind < SWEEP_FILE_KIND_COUNT; ++kind) {
        originals[kind] = original(files, (sweep_kind_t)kind, &place);
        paths[kind] = file_of(files, number, (sweep_kind_t)kind, copies[kind]);
        copied = copied && paths[kind] != NULL;
    }
    bool loaded = false;
    if (copied) {
        options_t options = *files->options;
        options.text[OPTION_MACHINE] = paths[SWEEP_MACHINE];
        options.text[OPTION_SAFETY] = paths[SWEEP_SAFETY];
        options.text[OPTION_BODY] = paths[SWEEP_BODY];
        if (copies[SWEEP_CLIENT][0] != '\0') {
            keep_scan(originals[SWEEP_CLIENT], assembly);
        }
        loaded = rehearsal_stage_load(assembly, &options, paths[SWEEP_CLIENT], paths[SWEEP_ROUTINE],
                                      stage);
        tell(&assembly->findings, originals, (const char(*)[ASSEMBLY_PATH_CAPACITY])copies,
             finding);
    } else {
        (void)snprintf(finding, TEXT_CAPACITY, "the file with this value could not be made");
    }
    for (int kind = 0; kind < SWEEP_FILE_KIND_COUNT; ++kind) {
        if (copies[kind][0] != '\0') {
            (void)unlink(copies[kind]);
        }
    }
    return loaded;
}

static void add_file(digest_stream_t* stream, const char* path)
{
    digest_t digest = {{0}};
    (void)digest_file(path, &digest);
    digest_add(stream, &digest, sizeof digest);
}

/// The profiles that the machine's file names.
static void add_devices(digest_stream_t* stream, const char* machine_path)
{
    findings_t findings = {0};
    char devices[ASSEMBLY_PATH_CAPACITY];
    machine_settings_t* machine = calloc(1, sizeof *machine);
    if (machine != NULL && assembly_device_directory(machine_path, devices, sizeof devices) &&
        load_machine(machine_path, devices, machine, &findings)) {
        for (int i = 0; i < machine->profile_count; ++i) {
            char profile[2 * ASSEMBLY_PATH_CAPACITY];
            (void)snprintf(profile, sizeof profile, "%s/%s.yaml", devices,
                           machine->profiles[i].name);
            add_file(stream, profile);
        }
    }
    free(machine);
}

/// A client's file and his scan, where he has one.
static void add_client(digest_stream_t* stream, const char* path)
{
    findings_t findings = {0};
    client_settings_t* settings = calloc(1, sizeof *settings);
    add_file(stream, path);
    if (settings != NULL && client_load(path, settings, &findings) && settings->scan[0] != '\0') {
        add_file(stream, settings->scan);
    }
    free(settings);
}

void sweep_files_inputs(const sweep_files_t* files, char inputs[DIGEST_TEXT_CAPACITY])
{
    digest_stream_t stream;
    char screening[ASSEMBLY_PATH_CAPACITY] = "";
    digest_begin(&stream);
    add_file(&stream, files->machine);
    add_devices(&stream, files->machine);
    add_file(&stream, files->safety);
    add_file(&stream, files->body);
    (void)find(files->options, OPTION_SCREENING, ASSEMBLY_SCREENING, screening);
    add_file(&stream, screening);
    for (int i = 0; i < files->header->routine_count; ++i) {
        add_file(&stream, files->header->routines[i]);
    }
    for (int i = 0; i < files->header->client_count; ++i) {
        add_client(&stream, files->header->clients[i]);
    }
    const digest_t digest = digest_end(&stream);
    digest_text(&digest, inputs);
}
