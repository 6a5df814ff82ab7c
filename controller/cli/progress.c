#include "controller/cli/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_UNKNOWN 80  // columns, where the terminal does not say
#define WIDTH_MAXIMUM 160 // wider lines are harder to read
#define BAR_WIDTH 20      // columns between the brackets

static int terminal_width(int file)
{
    struct winsize size = {0};
    if (ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col < WIDTH_MAXIMUM ? size.ws_col : WIDTH_MAXIMUM;
    }
    return WIDTH_UNKNOWN;
}

progress_t progress_open(FILE* out)
{
    const char* term = getenv("TERM");
    const char* no_colour = getenv("NO_COLOR");
    const bool terminal =
        isatty(fileno(out)) == 1 && term != NULL && strcmp(term, "dumb") != 0 && term[0] != '\0';
    // no-color.org: the variable counts when it is there and not empty.
    const bool colour = terminal && (no_colour == NULL || no_colour[0] == '\0');
    return (progress_t){.out = out,
                        .terminal = terminal,
                        .colour = colour,
                        .width = terminal ? terminal_width(fileno(out)) : WIDTH_MAXIMUM,
                        .step = -1,
                        .tenth = -1};
}

static double clamped_part(double part)
{
    if (!(part > 0.0)) {
        return 0.0;
    }
    return part < 1.0 ? part : 1.0;
}

void progress_line(const progress_view_t* view, int width, bool bar, char* line, size_t capacity)
{
    const double part = clamped_part(view->done_part);
    char drawn[BAR_WIDTH + 4] = "";
    if (bar) {
        const int filled = (int)(part * BAR_WIDTH);
        drawn[0] = '[';
        for (int i = 0; i < BAR_WIDTH; ++i) {
            drawn[1 + i] = i < filled ? '#' : '.';
        }
        memcpy(drawn + 1 + BAR_WIDTH, "] ", 3);
    }
    const double left_s = view->remaining_s > 0.0 ? view->remaining_s : 0.0;
    const long left = isfinite(left_s) && left_s < 1e6 ? lround(left_s) : 0;
    const bool touches = view->region[0] != '\0';
    char force[64] = "";
    if (touches) {
        (void)snprintf(force, sizeof force, "  %.1f of %.1f N", view->force_N,
                       view->force_target_N);
    }
    // Truncation is meant: what matters most stands first.
    const bool noted = view->note != NULL && view->note[0] != '\0';
    (void)snprintf(line, capacity, "%s%3d %%  %ld:%02ld left  step %d of %d  %s%s%s%s%s%s", drawn,
                   (int)(part * 100.0), left / 60, left % 60, view->step + 1, view->step_count,
                   view->doing, touches ? " " : "", view->region, force, noted ? "  " : "",
                   noted ? view->note : "");
    if (width >= 0 && strlen(line) > (size_t)width) {
        line[width] = '\0';
    }
}

static void draw(progress_t* progress, const progress_view_t* view)
{
    char line[PROGRESS_LINE_CAPACITY];
    // One column stays free: a full line makes some terminals wrap.
    progress_line(view, progress->width - 1, true, line, sizeof line);
    (void)fprintf(progress->out, "\r%s%s%s\033[K", progress->colour ? "\033[36m" : "", line,
                  progress->colour ? "\033[0m" : "");
    (void)fflush(progress->out);
    progress->line_open = true;
}

void progress_show(progress_t* progress, const progress_view_t* view, int64_t now_us)
{
    const int tenth = (int)(clamped_part(view->done_part) * 10.0);
    const bool news = view->step != progress->step || tenth != progress->tenth;
    if (progress->terminal) {
        if (!news && now_us - progress->shown_us < PROGRESS_REDRAW_US) {
            return;
        }
        draw(progress, view);
        progress->shown_us = now_us;
    } else if (news) {
        char line[PROGRESS_LINE_CAPACITY];
        progress_line(view, progress->width, false, line, sizeof line);
        (void)fprintf(progress->out, "%s\n", line);
    }
    progress->step = view->step;
    progress->tenth = tenth;
}

void progress_close(progress_t* progress)
{
    if (progress->line_open) {
        (void)fputc('\n', progress->out);
        progress->line_open = false;
    }
}
