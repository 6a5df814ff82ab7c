// Every status word has a state; every request in every state has a control word, and only the wish
// for torque gives one that asks for torque.
//
// analysed: controller/bus/cia402.c
#include "controller/bus/cia402.h"
#include "tests/proof/eva.h"

int main(void)
{
    const uint16_t status_word = (uint16_t)EVA_INT(0, UINT16_MAX);
    const drive_state_t state = cia402_state(status_word);
    //@ assert 0 <= state < DRIVE_STATE_COUNT;
    const char* text = drive_state_text(state);
    //@ assert \valid_read(text);
    const drive_request_t request =
        (drive_request_t)EVA_INT(DRIVE_REQUEST_DISABLE, DRIVE_REQUEST_RESET_FAULT);
    const bool odd_period = EVA_INT(0, 1) != 0;
    //@ split request;
    //@ split state;
    const uint16_t control_word = cia402_control_word(request, state, odd_period);
    if (request != DRIVE_REQUEST_ENABLE) {
        //@ assert control_word == 0 || control_word == 2 || control_word == 0x80;
        return control_word + cia402_status_word(state);
    }
    //@ assert control_word == 0 || 6 <= control_word <= 7 || control_word == 0xF;
    return control_word + text[0];
}
