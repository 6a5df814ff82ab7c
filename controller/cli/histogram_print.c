#include "controller/cli/histogram_print.h"

#include <math.h>

#define BAR_WIDTH 40
#define ROW_COUNT 65 // 0, then a doubling a row

/// Row of a number: 0 for 0, 1 for 1, 2 for 2 and 3, 3 for 4 to 7, ...
static int row_of(int64_t number)
{
    int row = 0;
    for (; number > 0; number >>= 1) {
        ++row;
    }
    return row;
}

void histogram_print(const char* title, const char* unit, const histogram_t* histogram, FILE* out)
{
    int64_t rows[ROW_COUNT] = {0};
    int64_t most = 1;
    if (histogram->count == 0) {
        (void)fprintf(out, "%s: nothing was measured\n", title);
        return;
    }
    // Buckets never lie across a doubling.
    for (int i = 0; i < HISTOGRAM_BUCKET_COUNT; ++i) {
        rows[row_of(histogram_bucket_from(i))] += histogram->buckets[i];
    }
    for (int row = 0; row < ROW_COUNT; ++row) {
        most = rows[row] > most ? rows[row] : most;
    }
    (void)fprintf(out, "%s, %s\n", title, unit);
    for (int row = row_of(histogram->min); row <= row_of(histogram->max); ++row) {
        const double part = log1p((double)rows[row]) / log1p((double)most);
        const int marks = rows[row] > 0 ? (int)fmax(1.0, floor(part * BAR_WIDTH)) : 0;
        (void)fprintf(out, "  from %11lld %11lld%s", row == 0 ? 0LL : 1LL << (row - 1),
                      (long long)rows[row], marks > 0 ? "  " : "");
        for (int i = 0; i < marks; ++i) {
            (void)fputc('#', out);
        }
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "  half up to %lld, 99 %% up to %lld, 99.99 %% up to %lld, all up to %lld\n",
                  (long long)histogram_percentile(histogram, 50.0),
                  (long long)histogram_percentile(histogram, 99.0),
                  (long long)histogram_percentile(histogram, 99.99), (long long)histogram->max);
}
