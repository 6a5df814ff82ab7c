#include "controller/bus/cia402.h"

const char* drive_state_text(drive_state_t state)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        DRIVE_STATE_LIST(X)
#undef X
    };
    return texts[state];
}

// CiA 402-2, statusword: bits that count and what they then say; bit 12 is that of the cyclic
// synchronous position mode, "drive follows the command value".
static const struct {
    uint16_t mask;
    uint16_t bits;
    drive_state_t state;
} status_patterns[] = {
    {0x4F, 0x00, DRIVE_NOT_READY},
    {0x4F, 0x40, DRIVE_SWITCH_ON_DISABLED},
    {0x6F, 0x21, DRIVE_READY_TO_SWITCH_ON},
    {0x6F, 0x23, DRIVE_SWITCHED_ON},
    {0x106F, 0x1027, DRIVE_OPERATION_ENABLED},
    {0x106F, 0x0027, DRIVE_NOT_FOLLOWING},
    {0x6F, 0x07, DRIVE_QUICK_STOP},
    {0x4F, 0x0F, DRIVE_FAULT_REACTION},
    {0x4F, 0x08, DRIVE_FAULT},
};
#define STATUS_PATTERN_COUNT ((int)(sizeof status_patterns / sizeof status_patterns[0]))

drive_state_t cia402_state(uint16_t status_word)
{
    for (int i = 0; i < STATUS_PATTERN_COUNT; i++) {
        if ((status_word & status_patterns[i].mask) == status_patterns[i].bits) {
            return status_patterns[i].state;
        }
    }
    return DRIVE_UNKNOWN;
}

uint16_t cia402_status_word(drive_state_t state)
{
    for (int i = 0; i < STATUS_PATTERN_COUNT; i++) {
        if (status_patterns[i].state == state) {
            return status_patterns[i].bits;
        }
    }
    return 0;
}

static uint16_t step_to_enabled(drive_state_t state)
{
    switch (state) {
    case DRIVE_SWITCH_ON_DISABLED:
        return CIA402_SHUTDOWN;
    case DRIVE_READY_TO_SWITCH_ON:
        return CIA402_SWITCH_ON;
    case DRIVE_SWITCHED_ON:
    case DRIVE_OPERATION_ENABLED:
    case DRIVE_NOT_FOLLOWING:
        return CIA402_ENABLE_OPERATION;
    case DRIVE_QUICK_STOP: // leaves it by switch on disabled: the short way back is optional
    case DRIVE_UNKNOWN:
    case DRIVE_NOT_READY:
    case DRIVE_FAULT_REACTION:
    case DRIVE_FAULT:
        return CIA402_DISABLE_VOLTAGE;
    }
    return CIA402_DISABLE_VOLTAGE;
}

uint16_t cia402_control_word(drive_request_t request, drive_state_t state, bool odd_period)
{
    switch (request) {
    case DRIVE_REQUEST_DISABLE:
        return CIA402_DISABLE_VOLTAGE;
    case DRIVE_REQUEST_ENABLE:
        return step_to_enabled(state);
    case DRIVE_REQUEST_QUICK_STOP:
        return CIA402_QUICK_STOP;
    case DRIVE_REQUEST_RESET_FAULT:
        return state == DRIVE_FAULT && odd_period ? CIA402_FAULT_RESET : CIA402_DISABLE_VOLTAGE;
    }
    return CIA402_QUICK_STOP;
}
