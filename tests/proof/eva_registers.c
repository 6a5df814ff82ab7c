// One point of any type and word order, any numbers in its profile, any words, any value: no read
// or write beside the words, no conversion that C does not define.
//
// analysed: controller/bus/registers.c
#include "controller/bus/registers.h"
#include "tests/proof/eva.h"

static int one_point(word_type_t type, word_order_t order)
{
    point_settings_t point;
    point.id = (point_id_t)EVA_INT(0, POINT_ID_COUNT - 1);
    point.address = EVA_INT(0, UINT16_MAX);
    point.type = type;
    point.writable = EVA_INT(0, 1) != 0;
    EVA_ANY(point.scale);
    EVA_ANY(point.offset);
    EVA_ANY(point.minimum);
    EVA_ANY(point.maximum);
    uint16_t words[REGISTERS_WORDS_PER_POINT_MAX];
    EVA_ANY(words);
    double si_number;
    EVA_ANY(si_number);
    uint16_t sent[REGISTERS_WORDS_PER_POINT_MAX] = {0, 0};
    const bool encoded = registers_encode(&point, order, si_number, sent);
    double received = 0.0;
    const bool decoded = registers_decode(&point, order, words, &received);
    //@ assert \is_finite(received);
    const bool permitted = registers_permit_write(&point, order, words);
    registers_set_raw(&point, order, registers_raw(&point, order, words), sent);
    const int count = registers_word_count(type);
    //@ assert 1 <= count <= REGISTERS_WORDS_PER_POINT_MAX;
    return encoded + decoded + permitted + count;
}

int main(void)
{
    int sum = 0;
    //@ loop unroll 5;
    for (int type = WORD_U16; type <= WORD_F32; ++type) {
        sum += one_point((word_type_t)type, WORDS_HIGH_FIRST);
        sum += one_point((word_type_t)type, WORDS_LOW_FIRST);
        sum += one_point((word_type_t)type, WORDS_HIGH_FIRST_SWAPPED);
        sum += one_point((word_type_t)type, WORDS_LOW_FIRST_SWAPPED);
    }
    return sum;
}
