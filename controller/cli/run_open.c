#include "controller/cli/run_open.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config/load.h"

#define RUN_FILE_CAPACITY (RUN_PATH_CAPACITY + INPUT_PATH_CAPACITY + NAME_CAPACITY)

/// The kinds of file that a run's session is made of, and the options that name them.
typedef struct {
    input_role_t role;
    option_id_t option;
} part_t;

static const part_t parts[] = {
    {INPUT_MACHINE, OPTION_MACHINE},     {INPUT_SAFETY, OPTION_SAFETY}, {INPUT_BODY, OPTION_BODY},
    {INPUT_SCREENING, OPTION_SCREENING}, {INPUT_CLIENT, OPTION_CLIENT},
};

/// Where the files of a session are.
typedef struct {
    char path[INPUT_ROLE_COUNT][RUN_FILE_CAPACITY]; // by role; empty where there is none
    const char* routine_named;                      // as the person gave it
} session_files_t;

static bool say(const char* directory, const char* what)
{
    (void)fprintf(stderr, "knead: %s: %s\n", directory, what);
    return false;
}

static bool is_directory(const char* path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool run_file(const run_record_t* run, const char* name, char* path, size_t capacity)
{
    return run_directory_file(&run->run, name, path, capacity);
}

/// Finds the kept copies and holds them against their fingerprints.
static bool find_copies(const run_record_t* run, session_files_t* files)
{
    for (int i = 0; i < run->file.inputs.count; ++i) {
        const input_file_t* input = &run->file.inputs.at[i];
        char name[INPUT_PATH_CAPACITY + NAME_CAPACITY];
        char path[RUN_FILE_CAPACITY];
        digest_t digest;
        if (!input_copy_name(input, name, sizeof name) || !run_file(run, name, path, sizeof path)) {
            return say(run->run.path, "the path is too long");
        }
        if (!digest_file(path, &digest)) {
            (void)fprintf(stderr, "knead: %s: the run's copy of %s can't be read\n", path,
                          input->path);
            return false;
        }
        if (!digest_equal(&digest, &input->digest)) {
            (void)fprintf(stderr,
                          "knead: %s: is not what the run was made from: its fingerprint differs "
                          "from the one in %s/%s\n",
                          path, run->run.path, RUN_SUMMARY);
            return false;
        }
        if (input->role != INPUT_DEVICE) {
            memcpy(files->path[input->role], path, sizeof path);
        }
        if (input->role == INPUT_ROUTINE) {
            files->routine_named = input->path;
        }
    }
    return true;
}

/// Puts `with` in the place of the copy of its kind.
static bool put_instead(const char* with, session_files_t* files, findings_t* findings)
{
    char kind[NAME_CAPACITY];
    input_role_t role = INPUT_DEVICE;
    if (!load_kind(with, kind, findings)) {
        return false;
    }
    bool taken = input_role_named(kind, &role) && role == INPUT_ROUTINE;
    for (size_t i = 0; !taken && i < sizeof parts / sizeof parts[0]; ++i) {
        taken = role == parts[i].role;
    }
    if (!taken || strlen(with) >= sizeof files->path[0]) {
        finding_add(findings, FINDING_ERROR, with, 0, 0, "kind", "",
                    "a run can be looked at with another machine, safety, body, screening, client "
                    "or routine, not with another '%s'",
                    kind);
        return false;
    }
    memcpy(files->path[role], with, strlen(with) + 1);
    if (role == INPUT_ROUTINE) {
        files->routine_named = with;
    } else if (role == INPUT_CLIENT) {
        files->path[INPUT_SCAN][0] = '\0'; // that client names a scan of his own, or none
    }
    return true;
}

/// Whether every file that was loaded is one of the run's. A summary that names too few of them
/// would let others stand in for them. `with` brings its own devices or scan.
static bool all_known(const run_record_t* run, const char* with, const assembly_t* assembly)
{
    for (int i = 0; i < assembly->inputs.count; ++i) {
        const input_file_t* loaded = &assembly->inputs.at[i];
        bool known = with != NULL && (strcmp(loaded->path, with) == 0 ||
                                      loaded->role == INPUT_DEVICE || loaded->role == INPUT_SCAN);
        for (int j = 0; !known && j < run->file.inputs.count; ++j) {
            known = digest_equal(&loaded->digest, &run->file.inputs.at[j].digest);
        }
        if (!known) {
            return say(loaded->path, "the run's summary.json does not name this file");
        }
    }
    return true;
}

static bool load_session(const session_files_t* files, assembly_t* assembly)
{
    options_t options;
    memset(&options, 0, sizeof options);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; ++i) {
        options.text[parts[i].option] = files->path[parts[i].role];
    }
    (void)snprintf(assembly->scan_path, sizeof assembly->scan_path, "%s", files->path[INPUT_SCAN]);
    if (!assembly_load_table(assembly, &options) ||
        !assembly_read_routine(assembly, files->path[INPUT_ROUTINE]) ||
        !assembly_build_session(assembly)) {
        return false;
    }
    (void)snprintf(assembly->routine.path, sizeof assembly->routine.path, "%s",
                   files->routine_named);
    return true;
}

static bool open_session(const char* with, assembly_t* assembly, run_record_t* run)
{
    static session_files_t files; // large, and once a process
    memset(&files, 0, sizeof files);
    if (!find_copies(run, &files)) {
        return false;
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; ++i) {
        if (files.path[parts[i].role][0] == '\0' || files.path[INPUT_ROUTINE][0] == '\0') {
            return say(run->run.path, "summary.json does not name all files the run was made from");
        }
    }
    const bool loaded = (with == NULL || put_instead(with, &files, &assembly->findings)) &&
                        load_session(&files, assembly);
    findings_print(&assembly->findings, stderr);
    return loaded && all_known(run, with, assembly);
}

/// A pipe in the place of a file would be waited for without end.
static bool all_are_files(const run_record_t* run)
{
    static const char* const names[] = {RUN_SUMMARY, RUN_CYCLES, RUN_EVENTS};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
        char path[RUN_FILE_CAPACITY];
        struct stat status;
        if (!run_file(run, names[i], path, sizeof path)) {
            return say(run->run.path, "the path is too long");
        }
        if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
            return say(path, "is not a file");
        }
    }
    return true;
}

/// Whether cycles.bin is the file that the run closed, as far as it was closed.
static bool is_as_closed(const run_record_t* run, const char* path)
{
    digest_t digest;
    char text[DIGEST_TEXT_CAPACITY];
    const char* closed = run->file.outcome.cycles_digest;
    if (run->file.verdict == VERDICT_RUNNING || closed[0] == '\0' || !digest_file(path, &digest)) {
        return true;
    }
    digest_text(&digest, text);
    return strcmp(text, closed) == 0;
}

static bool open_cycles(run_record_t* run)
{
    char path[RUN_FILE_CAPACITY];
    (void)run_file(run, RUN_CYCLES, path, sizeof path);
    run->cycles_foreign = !is_as_closed(run, path);
    if (run->cycles_foreign) {
        (void)say(path, "is not the file that the run closed: it was changed or cut, or is another "
                        "run's. 'knead replay --verify' tells more");
    }
    const cycle_open_t opened = cycle_reader_open(path, &run->header, &run->reader);
    return opened == CYCLE_OPEN_OK || say(path, cycle_open_text(opened));
}

exit_code_t run_open(const char* directory, const char* with, assembly_t* assembly,
                     run_record_t* run)
{
    memset(run, 0, sizeof *run);
    char path[RUN_FILE_CAPACITY];
    if (!is_directory(directory) || strlen(directory) >= sizeof run->run.path) {
        (void)say(directory,
                  "is not the folder of a run; 'knead sim' and 'knead run' print theirs");
        return EXIT_INVALID_FILE;
    }
    memcpy(run->run.path, directory, strlen(directory) + 1);
    if (!all_are_files(run)) {
        return EXIT_INVALID_FILE;
    }
    (void)run_file(run, RUN_SUMMARY, path, sizeof path);
    const summary_read_t read = summary_read(path, &run->file);
    if (read != SUMMARY_READ_OK) {
        (void)say(directory, summary_read_text(read));
        return EXIT_INVALID_FILE;
    }
    run->state = run->file.verdict == VERDICT_RUNNING ? RUN_STATE_RUNNING : RUN_STATE_COMPLETE;
    if (!open_session(with, assembly, run) || !open_cycles(run)) {
        return EXIT_INVALID_FILE;
    }
    summary_begin(&run->summary, &assembly->session, &run->file.inputs, run->file.seed);
    summary_finish(&run->summary, &run->file.outcome);
    return EXIT_DONE;
}

static bool is_same_file(const run_record_t* run, const char* name, const struct stat* status)
{
    char own[RUN_FILE_CAPACITY];
    struct stat own_status;
    return run_file(run, name, own, sizeof own) && stat(own, &own_status) == 0 &&
           own_status.st_dev == status->st_dev && own_status.st_ino == status->st_ino;
}

bool run_spares(const run_record_t* run, const char* path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return true;
    }
    bool own = is_same_file(run, RUN_CYCLES, &status) || is_same_file(run, RUN_EVENTS, &status) ||
               is_same_file(run, RUN_SUMMARY, &status);
    for (int i = 0; !own && i < run->file.inputs.count; ++i) {
        char name[INPUT_PATH_CAPACITY + NAME_CAPACITY];
        own = input_copy_name(&run->file.inputs.at[i], name, sizeof name) &&
              is_same_file(run, name, &status);
    }
    return !own || say(path, "is a part of the run's record, and stays as it is; write elsewhere");
}

void run_close(run_record_t* run)
{
    cycle_reader_close(run->reader);
    run->reader = NULL;
}
