#include "controller/record/histogram_json.h"

#include <math.h>
#include <string.h>

static void write_bucket(json_t* json, const histogram_t* histogram, int index)
{
    json_array_begin(json, NULL);
    json_integer(json, NULL, histogram_bucket_from(index));
    if (index == HISTOGRAM_BUCKET_COUNT - 1) {
        json_null(json, NULL);
    } else {
        json_integer(json, NULL, histogram_bucket_below(index));
    }
    json_integer(json, NULL, histogram->buckets[index]);
    json_array_end(json);
}

/// A figure that an empty histogram does not have.
static void write_figure(json_t* json, const char* key, const histogram_t* histogram, double number)
{
    json_number(json, key, histogram->count > 0 ? number : (double)NAN);
}

void histogram_write(json_t* json, const char* key, const histogram_t* histogram)
{
    if (histogram == NULL) {
        json_null(json, key);
        return;
    }
    json_object_begin(json, key);
    json_integer(json, "count", histogram->count);
    write_figure(json, "min", histogram, (double)histogram->min);
    write_figure(json, "max", histogram, (double)histogram->max);
    write_figure(json, "mean", histogram, histogram_mean(histogram));
    json_integer(json, "sum", histogram->sum);
#define X(name, percent)                                                                           \
    write_figure(json, name, histogram, (double)histogram_percentile(histogram, percent));
    HISTOGRAM_PERCENTILE_LIST(X)
#undef X
    // All buckets on one line: hundreds of rows of three numbers would hide the rest of the file.
    const bool indented = json->indented;
    json_array_begin(json, "buckets");
    json->indented = false;
    for (int i = 0; i < HISTOGRAM_BUCKET_COUNT; ++i) {
        if (histogram->buckets[i] > 0) {
            write_bucket(json, histogram, i);
        }
    }
    json_array_end(json);
    json->indented = indented;
    json_object_end(json);
}

/// A whole number of an array; -1 where it is none, or negative.
static int64_t whole_at(const json_value_t* array, int index)
{
    const json_value_t* element = json_at(array, index);
    int64_t number = -1;
    return json_as_whole(element, &number) ? number : -1;
}

/// Index of the bucket that stands in a row; -1 if the row is none.
static int read_bucket(const json_value_t* row, int64_t* count)
{
    const int64_t from = whole_at(row, 0);
    *count = whole_at(row, 2);
    if (json_count(row) != 3 || from < 0 || *count <= 0) {
        return -1;
    }
    const int index = histogram_bucket_of(from);
    const int64_t below = index == HISTOGRAM_BUCKET_COUNT - 1 ? -1 : histogram_bucket_below(index);
    return from == histogram_bucket_from(index) && whole_at(row, 1) == below ? index : -1;
}

/// Count, buckets and ends belong together.
static bool read_buckets(const json_value_t* rows, histogram_t* histogram)
{
    int64_t total = 0;
    int first = HISTOGRAM_BUCKET_COUNT;
    int last = -1;
    for (const json_value_t* row = json_at(rows, 0); row != NULL; row = json_next(row)) {
        int64_t count = 0;
        const int index = read_bucket(row, &count);
        if (index <= last || count > histogram->count - total) {
            return false;
        }
        first = last < 0 ? index : first;
        last = index;
        total += count;
        histogram->buckets[index] = count;
    }
    return total == histogram->count &&
           (total == 0 || (histogram_bucket_of(histogram->min) == first &&
                           histogram_bucket_of(histogram->max) == last));
}

static bool read_all(const json_value_t* value, histogram_t* histogram)
{
    if (!json_get_whole(value, "count", &histogram->count) || histogram->count < 0 ||
        !json_get_whole(value, "sum", &histogram->sum)) {
        return false;
    }
    if (histogram->count == 0) {
        return histogram->sum == 0 && json_count(json_member(value, "buckets")) == 0;
    }
    return json_get_whole(value, "min", &histogram->min) &&
           json_get_whole(value, "max", &histogram->max) && histogram->min >= 0 &&
           histogram->sum / histogram->count >= histogram->min &&
           histogram->sum / histogram->count <= histogram->max &&
           read_buckets(json_member(value, "buckets"), histogram);
}

bool histogram_read(const json_value_t* value, histogram_t* histogram)
{
    memset(histogram, 0, sizeof *histogram);
    const bool read = read_all(value, histogram);
    if (!read) {
        memset(histogram, 0, sizeof *histogram);
    }
    return read;
}
