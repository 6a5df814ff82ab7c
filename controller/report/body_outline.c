#include "controller/report/body_outline.h"

#include <math.h>
#include <string.h>

// Edges of a cell: between its corners in this order, then back to the first.
enum { EDGE_TOP, EDGE_RIGHT, EDGE_BOTTOM, EDGE_LEFT, EDGE_COUNT };

/// Corners of a cell by edge: corner `edge` and the next one span it. Row and column against the
/// cell's.
static const int corner_row[EDGE_COUNT] = {0, 0, 1, 1};
static const int corner_column[EDGE_COUNT] = {0, 1, 1, 0};

/// Outside the grid there is only table.
static double height_at(const surface_t* surface, int row, int column)
{
    const bool inside =
        row >= 0 && column >= 0 && row < surface->row_count && column < surface->column_count;
    return inside ? (double)surface->height_m[row][column] : 0.0;
}

/// Bit per edge that the line crosses, in the cell whose first corner is (row, column).
static unsigned edges_crossed(const surface_t* surface, int row, int column)
{
    unsigned edges = 0;
    for (int edge = 0; edge < EDGE_COUNT; edge++) {
        const int next = (edge + 1) % EDGE_COUNT;
        const bool first = height_at(surface, row + corner_row[edge],
                                     column + corner_column[edge]) > OUTLINE_HEIGHT_M;
        const bool second = height_at(surface, row + corner_row[next],
                                      column + corner_column[next]) > OUTLINE_HEIGHT_M;
        edges |= first != second ? 1u << edge : 0u;
    }
    return edges;
}

/// Where a line that came in through `entry` leaves the cell. Where it crosses all four edges, the
/// two corners on the body are kept apart.
static int edge_of_exit(const surface_t* surface, int row, int column, unsigned edges, int entry)
{
    if (edges == 0xFu) {
        const bool first_inside = height_at(surface, row, column) > OUTLINE_HEIGHT_M;
        static const int around_first[EDGE_COUNT] = {EDGE_LEFT, EDGE_BOTTOM, EDGE_RIGHT, EDGE_TOP};
        static const int around_second[EDGE_COUNT] = {EDGE_RIGHT, EDGE_TOP, EDGE_LEFT, EDGE_BOTTOM};
        return first_inside ? around_first[entry] : around_second[entry];
    }
    for (int edge = 0; edge < EDGE_COUNT; edge++) {
        if (edge != entry && (edges & (1u << edge))) {
            return edge;
        }
    }
    return entry;
}

static outline_point_t point_on_edge(const surface_t* surface, int row, int column, int edge)
{
    const int next = (edge + 1) % EDGE_COUNT;
    const int first_row = row + corner_row[edge], first_column = column + corner_column[edge];
    const int second_row = row + corner_row[next], second_column = column + corner_column[next];
    const double first_m = height_at(surface, first_row, first_column);
    const double second_m = height_at(surface, second_row, second_column);
    const double part = (OUTLINE_HEIGHT_M - first_m) / (second_m - first_m);
    return (outline_point_t){
        .x_m = surface->origin_x_m +
               surface->spacing_m * (first_row + part * (second_row - first_row)),
        .y_m = surface->origin_y_m +
               surface->spacing_m * (first_column + part * (second_column - first_column))};
}

static void add_point(outline_t* outline, outline_point_t point)
{
    if (!point.begins && outline->count > 0) {
        const outline_point_t* last = &outline->points[outline->count - 1];
        if (hypot(point.x_m - last->x_m, point.y_m - last->y_m) < OUTLINE_SPACING_M) {
            return;
        }
    }
    if (outline->count < OUTLINE_POINT_CAPACITY) {
        outline->points[outline->count++] = point;
    }
}

static unsigned char* seen_at(outline_t* outline, int row, int column)
{
    return &outline->seen[(size_t)(row + 1) * (SURFACE_COLUMN_CAPACITY + 1) + (size_t)(column + 1)];
}

static void follow_line(const surface_t* surface, outline_t* outline, int row, int column,
                        int entry)
{
    outline_point_t point = point_on_edge(surface, row, column, entry);
    point.begins = true;
    add_point(outline, point);
    // Each edge of each cell is entered at most once, so that this ends.
    while (!(*seen_at(outline, row, column) & (1u << entry))) {
        const unsigned edges = edges_crossed(surface, row, column);
        const int leaving = edge_of_exit(surface, row, column, edges, entry);
        *seen_at(outline, row, column) |= (unsigned char)((1u << entry) | (1u << leaving));
        add_point(outline, point_on_edge(surface, row, column, leaving));
        row += leaving == EDGE_BOTTOM ? 1 : leaving == EDGE_TOP ? -1 : 0;
        column += leaving == EDGE_RIGHT ? 1 : leaving == EDGE_LEFT ? -1 : 0;
        entry = (leaving + 2) % EDGE_COUNT;
    }
}

void outline_trace(const surface_t* surface, outline_t* outline)
{
    outline->count = 0;
    memset(outline->seen, 0, sizeof outline->seen);
    for (int row = -1; row < surface->row_count; row++) {
        for (int column = -1; column < surface->column_count; column++) {
            const unsigned edges = edges_crossed(surface, row, column);
            for (int edge = 0; edge < EDGE_COUNT; edge++) {
                if ((edges & (1u << edge)) && !(*seen_at(outline, row, column) & (1u << edge))) {
                    follow_line(surface, outline, row, column, edge);
                }
            }
        }
    }
}
