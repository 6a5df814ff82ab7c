/// What the fuzz targets share: the input taken bit by bit, a file in memory for readers that want
/// a path, and a claim that ends the process where it does not hold.
#ifndef KNEAD_TESTS_FUZZ_FUZZ_INPUT_H
#define KNEAD_TESTS_FUZZ_FUZZ_INPUT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/// libFuzzer calls these by names of its own. Each target defines the first, and the second where
/// it has something to prepare.
int fuzz_one(const uint8_t* bytes, size_t count) __asm__("LLVMFuzzerTestOneInput");
int fuzz_begin(const int* argc, char*** argv) __asm__("LLVMFuzzerInitialize");

/// What the code promises. libFuzzer keeps the input that breaks it.
#define FUZZ_CLAIM(holds)                                                                          \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds);       \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

typedef struct {
    const uint8_t* at;
    size_t left;
} fuzz_input_t;

/// The next `count` bytes into `value`; zeros where the input has ended.
static inline void fuzz_take(fuzz_input_t* input, void* value, size_t count)
{
    const size_t taken = count < input->left ? count : input->left;
    memset(value, 0, count);
    if (taken > 0) {
        memcpy(value, input->at, taken);
        input->at += taken;
        input->left -= taken;
    }
}

static inline uint8_t fuzz_take_byte(fuzz_input_t* input)
{
    uint8_t byte;
    fuzz_take(input, &byte, sizeof byte);
    return byte;
}

static inline uint16_t fuzz_take_word(fuzz_input_t* input)
{
    uint16_t word;
    fuzz_take(input, &word, sizeof word);
    return word;
}

/// Any double there is: NaN, infinities and subnormal ones among them.
static inline double fuzz_take_double(fuzz_input_t* input)
{
    double number;
    fuzz_take(input, &number, sizeof number);
    return number;
}

/// The rest of the input as a text of at most `capacity` - 1 bytes, cut at its first zero byte.
static inline void fuzz_take_text(fuzz_input_t* input, char* text, size_t capacity)
{
    const size_t count = input->left < capacity - 1 ? input->left : capacity - 1;
    fuzz_take(input, text, count);
    text[count] = '\0';
}

/// The path of a file in memory that belongs to this process.
static inline const char* fuzz_file_path(void)
{
    static char path[64];
    if (path[0] == '\0') {
        (void)snprintf(path, sizeof path, "/dev/shm/knead-fuzz-%ld", (long)getpid());
    }
    return path;
}

static inline void fuzz_file_forget(void)
{
    (void)unlink(fuzz_file_path());
}

/// Makes `bytes` the contents of that file; returns its descriptor, at its beginning.
static inline int fuzz_file_store(const void* bytes, size_t count)
{
    static int descriptor = -1;
    if (descriptor < 0) {
        descriptor = open(fuzz_file_path(), O_RDWR | O_CREAT | O_TRUNC, 0600);
        FUZZ_CLAIM(descriptor >= 0);
        (void)atexit(fuzz_file_forget);
    }
    FUZZ_CLAIM(ftruncate(descriptor, 0) == 0);
    FUZZ_CLAIM(count == 0 || pwrite(descriptor, bytes, count, 0) == (ssize_t)count);
    FUZZ_CLAIM(lseek(descriptor, 0, SEEK_SET) == 0);
    return descriptor;
}

/// Where what is printed may go.
static inline FILE* fuzz_sink(void)
{
    static FILE* sink;
    if (sink == NULL) {
        sink = fopen("/dev/null", "w");
        FUZZ_CLAIM(sink != NULL);
    }
    return sink;
}

#endif
