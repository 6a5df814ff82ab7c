// Texts that people and programs type: numbers, quantities, days, hexadecimal, requests, events,
// keys, options and lines of numbers. The C library's own reading of numbers is the witness.
#include <float.h>
#include <math.h>

#include "config/digest.h"
#include "config/fields.h"
#include "config/load.h"
#include "config/quantity.h"
#include "controller/cli/keys.h"
#include "controller/cli/number_lines.h"
#include "controller/cli/options.h"
#include "routines/client_load.h"
#include "sim/scenario.h"
#include "tests/fuzz/fuzz_input.h"

#define TEXT_MAX 300
#define DIMENSION_COUNT (DIMENSION_LENGTH_PER_MASS + 1)

static machine_settings_t machine;

int fuzz_begin(const int* argc, char*** argv)
{
    (void)argc;
    (void)argv;
    static findings_t findings;
    FUZZ_CLAIM(load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings));
    return 0;
}

static void try_quantity(fuzz_input_t* input)
{
    char text[TEXT_MAX];
    const dimension_t dimension = (dimension_t)(fuzz_take_byte(input) % DIMENSION_COUNT);
    fuzz_take_text(input, text, sizeof text);
    const double untouched = -77.5;
    double si_number = untouched;
    if (!quantity_parse(text, dimension, &si_number)) {
        FUZZ_CLAIM(si_number == untouched);
        return;
    }
    FUZZ_CLAIM(isfinite(si_number) && fabs(si_number) < 1e30);
    if (dimension == DIMENSION_NONE) {
        char* end;
        const double witness = strtod(text, &end);
        FUZZ_CLAIM(memcmp(&witness, &si_number, sizeof witness) == 0 || witness == si_number);
        FUZZ_CLAIM(*end == '\0');
    }
}

static void try_decimal(fuzz_input_t* input)
{
    char text[TEXT_MAX];
    fuzz_take_text(input, text, sizeof text);
    const double untouched = -77.5;
    double number = untouched;
    if (!quantity_parse_decimal(text, strlen(text), &number)) {
        FUZZ_CLAIM(number == untouched);
        return;
    }
    char* end;
    const double witness = strtod(text, &end);
    FUZZ_CLAIM(*end == '\0' && memcmp(&witness, &number, sizeof number) == 0);
}

static void try_event(fuzz_input_t* input)
{
    char text[TEXT_MAX];
    fuzz_take_text(input, text, sizeof text);
    world_event_t event, before;
    memset(&event, 0x3C, sizeof event);
    before = event;
    if (scenario_event_from_line(text, &machine, &event)) {
        FUZZ_CLAIM(event.device < machine.device_count && isfinite(event.magnitude));
    } else {
        FUZZ_CLAIM(memcmp(&event, &before, sizeof event) == 0);
    }
}

static void try_wish(fuzz_input_t* input)
{
    char text[TEXT_MAX];
    wish_t wish = wish_begin(fuzz_take_byte(input) % 12);
    const wish_t before = wish;
    fuzz_take_text(input, text, sizeof text);
    const wish_line_t result = wish_read_line(text, &wish);
    FUZZ_CLAIM(wish_line_text(result) != NULL);
    FUZZ_CLAIM(result == WISH_LINE_TAKEN || memcmp(&wish, &before, sizeof wish) == 0);
    FUZZ_CLAIM(wish.asked.requests < 1u << REQUEST_COUNT);
    for (const char* at = wish.reason; *at != '\0'; ++at) {
        FUZZ_CLAIM((unsigned char)*at >= ' ' && *at != 0x7F);
    }
}

static void try_day(fuzz_input_t* input)
{
    char text[TEXT_MAX];
    fuzz_take_text(input, text, sizeof text);
    int day = -5;
    if (client_day_parse(text, &day)) {
        char again[NAME_CAPACITY];
        client_day_text(day, again);
        FUZZ_CLAIM(strcmp(text, again) == 0);
    }
    uint8_t bytes[DIGEST_SIZE];
    char digits[DIGEST_TEXT_CAPACITY];
    if (hex_read(text, bytes, sizeof bytes)) {
        hex_write(bytes, sizeof bytes, digits);
        FUZZ_CLAIM(strcmp(text, digits) == 0);
    }
    (void)client_day_parse(text, &day);
}

static number_result_t answer(void* context, const double* numbers, char* text)
{
    const number_filter_t* filter = context;
    for (int i = 0; i < filter->count; ++i) {
        FUZZ_CLAIM(isfinite(numbers[i]));
    }
    (void)snprintf(text, NUMBER_ANSWER_CAPACITY, "%.17g", numbers[0]);
    return numbers[0] < 0.0 ? NUMBER_UNANSWERED : NUMBER_ANSWERED;
}

static size_t count_lines(const char* bytes, size_t count)
{
    size_t lines = 0;
    for (size_t i = 0; i < count; ++i) {
        lines += bytes[i] == '\n';
    }
    return lines;
}

static void try_lines(fuzz_input_t* input)
{
    number_filter_t filter = {.count = 1 + fuzz_take_byte(input) % NUMBER_LINE_COUNT_MAX,
                              .expected = "numbers",
                              .answer = answer};
    filter.context = &filter;
    char* printed = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&printed, &size);
    FUZZ_CLAIM(out != NULL);
    const int descriptor = fuzz_file_store(input->at, input->left);
    const number_lines_result_t result = number_lines_run(descriptor, out, &filter);
    FUZZ_CLAIM(result != NUMBER_LINES_UNREADABLE);
    FUZZ_CLAIM(fclose(out) == 0);
    const size_t cut_off = input->left > 0 && input->at[input->left - 1] != '\n';
    FUZZ_CLAIM(count_lines(printed, size) ==
               count_lines((const char*)input->at, input->left) + cut_off);
    free(printed);
}

static void try_keys(fuzz_input_t* input)
{
    keys_t keys = {0};
    wish_t wish = wish_begin(5);
    int64_t now_us = 0;
    FUZZ_CLAIM(keys_sequence_length((const char*)input->at, input->left) <= input->left);
    while (input->left > 0) {
        const char byte = (char)fuzz_take_byte(input);
        const uint8_t when = fuzz_take_byte(input);
        now_us += when * INT64_C(40000);
        const keys_meaning_t meaning =
            keys_take(&keys, byte, (supervisor_mode_t)(when % MODE_COUNT), now_us, &wish);
        FUZZ_CLAIM(keys_text(meaning) != NULL);
        FUZZ_CLAIM(wish.asked.requests < 1u << REQUEST_COUNT);
    }
}

static void try_options(fuzz_input_t* input)
{
    char text[TEXT_MAX];
    char* arguments[16] = {(char[]){"verb"}};
    int count = 1;
    fuzz_take_text(input, text, sizeof text);
    for (char* at = strtok(text, "\n"); at != NULL && count < 15; at = strtok(NULL, "\n")) {
        arguments[count++] = at;
    }
    options_t options;
    if (options_read(count, arguments, UINT64_MAX, &options, fuzz_sink())) {
        FUZZ_CLAIM(options.operand_count >= 0 && options.operand_count < count);
    }
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    static void (*const tries[])(fuzz_input_t*) = {
        try_quantity, try_decimal, try_event, try_wish, try_day, try_lines, try_keys, try_options};
    fuzz_input_t input = {bytes, count};
    tries[fuzz_take_byte(&input) % (sizeof tries / sizeof tries[0])](&input);
    return 0;
}
