// Every status word there is, every request in every state, and the walk from fault to enabled
// against a drive that follows CiA 402-2, also when replies are lost.
#include "tests/support/cmocka_prelude.h"

#include "controller/bus/cia402.h"

// CiA 402-2, table of states in the status word, written out here a second time: bits 6 5 3 2 1 0.
static drive_state_t state_by_the_table(unsigned word)
{
    const unsigned bits = word & 0x6Fu;
    if (bits == 0x21) {
        return DRIVE_READY_TO_SWITCH_ON;
    }
    if (bits == 0x23) {
        return DRIVE_SWITCHED_ON;
    }
    if (bits == 0x27) {
        return (word & 0x1000u) != 0 ? DRIVE_OPERATION_ENABLED : DRIVE_NOT_FOLLOWING;
    }
    if (bits == 0x07) {
        return DRIVE_QUICK_STOP;
    }
    switch (word & 0x4Fu) {
    case 0x00:
        return DRIVE_NOT_READY;
    case 0x40:
        return DRIVE_SWITCH_ON_DISABLED;
    case 0x0F:
        return DRIVE_FAULT_REACTION;
    case 0x08:
        return DRIVE_FAULT;
    default:
        return DRIVE_UNKNOWN;
    }
}

static void every_status_word_means_what_the_standard_says(void** state)
{
    (void)state;
    for (unsigned word = 0; word <= 0xFFFF; word++) {
        assert_int_equal(cia402_state((uint16_t)word), state_by_the_table(word));
    }
    for (int i = 0; i < DRIVE_STATE_COUNT; i++) {
        if (i != DRIVE_UNKNOWN) {
            assert_int_equal(cia402_state(cia402_status_word((drive_state_t)i)), i);
        }
        assert_non_null(drive_state_text((drive_state_t)i));
    }
    // Words printed in manuals: voltage bit 4, remote bit 9, target reached bit 10, and bit 12
    // where the drive follows its set-points.
    assert_int_equal(cia402_state(0x1637), DRIVE_OPERATION_ENABLED);
    assert_int_equal(cia402_state(0x0637), DRIVE_NOT_FOLLOWING);
    assert_int_equal(cia402_state(0x0250), DRIVE_SWITCH_ON_DISABLED);
    assert_int_equal(cia402_state(0x0218), DRIVE_FAULT);
}

static void torque_is_asked_for_by_enable_alone_and_never_in_a_fault(void** state)
{
    (void)state;
    for (int request = DRIVE_REQUEST_DISABLE; request <= DRIVE_REQUEST_RESET_FAULT; request++) {
        for (int i = 0; i < DRIVE_STATE_COUNT; i++) {
            for (int odd = 0; odd < 2; odd++) {
                const uint16_t word =
                    cia402_control_word((drive_request_t)request, (drive_state_t)i, odd == 1);
                if (word == CIA402_ENABLE_OPERATION) {
                    assert_int_equal(request, DRIVE_REQUEST_ENABLE);
                    assert_true(i == DRIVE_SWITCHED_ON || i == DRIVE_OPERATION_ENABLED ||
                                i == DRIVE_NOT_FOLLOWING);
                }
                if ((word & CIA402_FAULT_RESET) != 0) {
                    assert_int_equal(request, DRIVE_REQUEST_RESET_FAULT);
                    assert_int_equal(i, DRIVE_FAULT);
                }
                if (request == DRIVE_REQUEST_DISABLE) {
                    assert_int_equal(word, CIA402_DISABLE_VOLTAGE);
                }
                if (request == DRIVE_REQUEST_QUICK_STOP) {
                    assert_int_equal(word, CIA402_QUICK_STOP);
                }
            }
        }
    }
}

static void only_a_fault_reset_depends_on_the_period(void** state)
{
    (void)state;
    for (int request = DRIVE_REQUEST_DISABLE; request <= DRIVE_REQUEST_RESET_FAULT; request++) {
        for (int i = 0; i < DRIVE_STATE_COUNT; i++) {
            const bool differs =
                cia402_control_word((drive_request_t)request, (drive_state_t)i, false) !=
                cia402_control_word((drive_request_t)request, (drive_state_t)i, true);
            assert_int_equal(differs, request == DRIVE_REQUEST_RESET_FAULT && i == DRIVE_FAULT);
        }
    }
}

// A drive by the transitions of CiA 402-2; a fault leaves on the rising edge of bit 7 only.
typedef struct {
    drive_state_t state;
    uint16_t last_word;
} drive_t;

static void drive_take(drive_t* drive, uint16_t word)
{
    const bool edge = (word & 0x80u) != 0 && (drive->last_word & 0x80u) == 0;
    drive->last_word = word;
    if (drive->state == DRIVE_FAULT) {
        drive->state = edge ? DRIVE_SWITCH_ON_DISABLED : DRIVE_FAULT;
    } else if ((word & 0x02u) == 0) {
        drive->state = DRIVE_SWITCH_ON_DISABLED;
    } else if ((word & 0x04u) == 0) {
        drive->state = drive->state == DRIVE_OPERATION_ENABLED || drive->state == DRIVE_QUICK_STOP
                           ? DRIVE_QUICK_STOP
                           : DRIVE_SWITCH_ON_DISABLED;
    } else if ((word & 0x0Fu) == 0x06 && drive->state != DRIVE_QUICK_STOP) {
        drive->state = DRIVE_READY_TO_SWITCH_ON;
    } else if ((word & 0x0Fu) == 0x07 && drive->state == DRIVE_READY_TO_SWITCH_ON) {
        drive->state = DRIVE_SWITCHED_ON;
    } else if ((word & 0x0Fu) == 0x0F && drive->state == DRIVE_SWITCHED_ON) {
        drive->state = DRIVE_OPERATION_ENABLED;
    }
}

// Periods until `wanted`, when only every `heard`-th reply comes back to us.
static int periods_until(drive_t* drive, drive_request_t request, drive_state_t wanted, int heard)
{
    drive_state_t seen = drive->state;
    for (int period = 0; period < 100; period++) {
        if (drive->state == wanted) {
            return period;
        }
        drive_take(drive, cia402_control_word(request, seen, (period & 1) != 0));
        if (period % heard == 0) {
            seen = drive->state;
        }
    }
    return 100;
}

static void every_state_leads_to_enabled_and_stays_there(void** state)
{
    (void)state;
    const drive_state_t starts[] = {DRIVE_SWITCH_ON_DISABLED, DRIVE_READY_TO_SWITCH_ON,
                                    DRIVE_SWITCHED_ON, DRIVE_QUICK_STOP, DRIVE_OPERATION_ENABLED};
    for (int heard = 1; heard < 5; heard++) {
        for (int i = 0; i < 5; i++) {
            drive_t drive = {.state = starts[i]};
            assert_true(periods_until(&drive, DRIVE_REQUEST_ENABLE, DRIVE_OPERATION_ENABLED,
                                      heard) <= 5 * heard);
            for (int period = 0; period < 10; period++) {
                drive_take(&drive, cia402_control_word(DRIVE_REQUEST_ENABLE, drive.state,
                                                       (period & 1) != 0));
                assert_int_equal(drive.state, DRIVE_OPERATION_ENABLED);
            }
        }
    }
}

static void a_fault_is_left_by_reset_alone(void** state)
{
    (void)state;
    for (int heard = 1; heard < 5; heard++) {
        drive_t drive = {.state = DRIVE_FAULT, .last_word = CIA402_FAULT_RESET}; // bit already up
        assert_int_equal(
            periods_until(&drive, DRIVE_REQUEST_ENABLE, DRIVE_OPERATION_ENABLED, heard), 100);
        assert_int_equal(drive.state, DRIVE_FAULT);
        drive.last_word = CIA402_FAULT_RESET;
        assert_true(
            periods_until(&drive, DRIVE_REQUEST_RESET_FAULT, DRIVE_SWITCH_ON_DISABLED, heard) <= 4);
        drive_take(&drive, cia402_control_word(DRIVE_REQUEST_RESET_FAULT, drive.state, true));
        assert_int_equal(drive.state, DRIVE_SWITCH_ON_DISABLED); // and goes nowhere by itself
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_word_means_what_the_standard_says),
        cmocka_unit_test(torque_is_asked_for_by_enable_alone_and_never_in_a_fault),
        cmocka_unit_test(only_a_fault_reset_depends_on_the_period),
        cmocka_unit_test(every_state_leads_to_enabled_and_stays_there),
        cmocka_unit_test(a_fault_is_left_by_reset_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
