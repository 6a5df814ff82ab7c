#include "controller/bus/port.h"

#include <time.h>

const char* port_result_text(port_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        PORT_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

int64_t port_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); // cannot fail on Linux
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
