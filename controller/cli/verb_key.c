#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/cli/verb.h"
#include "routines/approval.h"

/// Writes the key where nothing was, readable for its owner alone; false with errno.
static bool write_key(const char* path, const signing_key_t* key)
{
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    FILE* file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (file == NULL) {
        return false;
    }
    signing_key_write(key, file);
    const bool written = fflush(file) == 0 && fsync(descriptor) == 0;
    return fclose(file) == 0 && written;
}

exit_code_t verb_key(const options_t* options, assembly_t* assembly)
{
    (void)assembly;
    const char* path = options->operands[0];
    const char* by = options->text[OPTION_BY];
    if (by == NULL || by[0] == '\0' || strlen(by) >= NAME_CAPACITY) {
        (void)fprintf(stderr,
                      "knead key: say whose key it is: --by 'NAME, PROFESSION', at most %d bytes\n",
                      NAME_CAPACITY - 1);
        return EXIT_USAGE;
    }
    for (const char* c = by; *c != '\0'; ++c) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F) {
            (void)fprintf(stderr, "knead key: --by holds a control character\n");
            return EXIT_USAGE;
        }
    }
    signing_key_t key;
    if (!signing_key_make(by, &key)) {
        (void)fprintf(stderr, "knead key: the system gives no random numbers\n");
        return EXIT_INTERNAL;
    }
    const bool written = write_key(path, &key);
    const int cause = errno;
    signing_key_forget(&key);
    if (!written) {
        (void)fprintf(stderr, "knead key: %s: %s%s\n", path, strerror(cause),
                      cause == EEXIST ? "; a key is never overwritten" : "");
        return cause == EEXIST ? EXIT_USAGE : EXIT_INTERNAL;
    }
    char public_key[2 * PUBLIC_KEY_SIZE + 1];
    hex_write(key.public_key, PUBLIC_KEY_SIZE, public_key);
    (void)printf("approvers:\n  - {name: \"%s\", public_key: \"%s\"}\n", key.name, public_key);
    (void)fprintf(stderr, "%s holds the secret key: keep it to yourself\n", path);
    return EXIT_DONE;
}
