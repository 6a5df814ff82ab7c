#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "controller/cli/verb.h"
#include "controller/record/atomic_file.h"

static void date_today(char date[DATE_CAPACITY])
{
    const time_t now = time(NULL);
    struct tm utc;
    (void)gmtime_r(&now, &utc);
    if (strftime(date, DATE_CAPACITY, "%Y-%m-%d", &utc) == 0) {
        memcpy(date, "0000-00-00", DATE_CAPACITY);
    }
}

/// Signs what is loaded and writes it beside the routine; false with a message.
static bool write_approval(const assembly_t* assembly, const signing_key_t* key)
{
    char path[ASSEMBLY_PATH_CAPACITY];
    char date[DATE_CAPACITY];
    date_today(date);
    const approval_t approval = approval_sign(key, date, &assembly->files);
    atomic_file_t file;
    if (!approval_path(assembly->routine.path, path, sizeof path) ||
        !atomic_file_open(&file, path)) {
        (void)fprintf(stderr, "knead sign: %s: %s\n", path, strerror(errno));
        return false;
    }
    approval_write(&approval, file.file);
    if (!atomic_file_commit(&file)) {
        (void)fprintf(stderr, "knead sign: %s: %s\n", path, strerror(errno));
        return false;
    }
    (void)printf("%s: approved by %s on %s\n", path, approval.by, approval.date);
    return true;
}

exit_code_t verb_sign(const options_t* options, assembly_t* assembly)
{
    if (options->text[OPTION_KEY] == NULL) {
        (void)fprintf(stderr,
                      "knead sign: say with which key: --key FILE ('knead key' makes one)\n");
        return EXIT_USAGE;
    }
    signing_key_t key;
    if (!signing_key_read(options->text[OPTION_KEY], &key, &assembly->findings)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    exit_code_t code = EXIT_INVALID_FILE;
    if (assembly_load_table(assembly, options) &&
        assembly_load_routine(assembly, options->operands[0])) {
        code = write_approval(assembly, &key) ? EXIT_DONE : EXIT_INTERNAL;
    }
    signing_key_forget(&key);
    findings_print(&assembly->findings, stderr);
    return code;
}
