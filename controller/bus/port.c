#include "controller/bus/port.h"

const char* port_result_text(port_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        PORT_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}
