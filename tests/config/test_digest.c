/// SHA-256 as published, of bytes, of streams in any pieces and of files; hexadecimal both ways.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/digest.h"

static void a_fingerprint_is_that_of_fips_180(void** state)
{
    (void)state;
    // FIPS 180-4 examples: "abc" and the 448-bit message.
    static const struct {
        const char* message;
        const char* digest;
    } known[] = {
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; ++i) {
        for (size_t cut = 0; cut <= strlen(known[i].message); ++cut) {
            digest_stream_t stream;
            char text[DIGEST_TEXT_CAPACITY];
            digest_begin(&stream);
            digest_add(&stream, known[i].message, cut);
            digest_add(&stream, known[i].message + cut, strlen(known[i].message) - cut);
            const digest_t digest = digest_end(&stream);
            digest_text(&digest, text);
            assert_string_equal(text, known[i].digest);
        }
    }
}

static void a_copy_of_a_stream_goes_its_own_way(void** state)
{
    (void)state;
    digest_stream_t stream, copy;
    digest_begin(&stream);
    digest_add(&stream, "ab", 2);
    copy = stream;
    digest_add(&copy, "x", 1);
    digest_add(&stream, "c", 1);
    const digest_t one = digest_end(&stream), other = digest_end(&copy);
    assert_false(digest_equal(&one, &other));
    assert_int_equal(one.bytes[0], 0xBA);
}

static void a_file_has_the_fingerprint_of_its_bytes(void** state)
{
    (void)state;
    char path[] = "/tmp/knead-digest-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, "abc", 3), 3);
    assert_int_equal(close(descriptor), 0);
    digest_t digest;
    assert_true(digest_file(path, &digest));
    assert_int_equal(digest.bytes[0], 0xBA);
    assert_int_equal(unlink(path), 0);
    assert_false(digest_file(path, &digest));
    assert_false(digest_file("/tmp", &digest)); // a folder can be opened and not read
}

static void hexadecimal_is_read_strictly(void** state)
{
    (void)state;
    uint8_t bytes[2] = {1, 2};
    static const char* const wrong[] = {"", "00f", "00ff0", "00FF", "0x0f", "00f ", " 0ff", "00fg"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
        assert_false(hex_read(wrong[i], bytes, 2));
        assert_int_equal(bytes[0], 1);
        assert_int_equal(bytes[1], 2);
    }
    assert_true(hex_read("00ff", bytes, 2));
    char text[5];
    hex_write(bytes, 2, text);
    assert_string_equal(text, "00ff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fingerprint_is_that_of_fips_180),
        cmocka_unit_test(a_copy_of_a_stream_goes_its_own_way),
        cmocka_unit_test(a_file_has_the_fingerprint_of_its_bytes),
        cmocka_unit_test(hexadecimal_is_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
