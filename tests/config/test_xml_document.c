/// The reading of XML: places of elements and attributes, and everything that is refused before
/// anybody looks at the tree.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "config/xml_document.h"

static findings_t findings;
static xml_document_t document;

static int forget(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    return 0;
}

static int release(void** state)
{
    (void)state;
    xml_document_free(&document);
    return 0;
}

static bool parse(const char* text)
{
    return xml_document_parse("test", text, strlen(text), &document, &findings);
}

static void the_tree_is_that_of_the_file(void** state)
{
    (void)state;
    assert_true(parse("<?xml version='1.0'?>\n<!-- <no/> -->\n<a x='1' y = \"&lt;&#228;\">text\n"
                      "  <b/>\n  <p:c d='2'></p:c><b k='3'/></a>\n"));
    assert_int_equal(findings.count, 0);
    assert_int_equal(document.element_count, 4);
    assert_string_equal(document.elements[0].name, "a");
    assert_string_equal(xml_attribute(&document, 0, "x")->value, "1");
    assert_string_equal(xml_attribute(&document, 0, "y")->value, "<\xC3\xA4");
    assert_null(xml_attribute(&document, 0, "z"));
    const int first = xml_child(&document, 0, "b", -1);
    const int second = xml_child(&document, 0, "b", first);
    assert_null(xml_attribute(&document, first, "k"));
    assert_string_equal(xml_attribute(&document, second, "k")->value, "3");
    assert_int_equal(xml_child(&document, 0, "b", second), -1);
    assert_string_equal(document.elements[xml_child(&document, 0, "p:c", -1)].name, "p:c");
    assert_int_equal(xml_child(&document, 0, "c", -1), -1);
}

static void places_count_characters_and_start_at_names(void** state)
{
    (void)state;
    assert_true(parse("<a>\r\n  <\xC3\xA4 one='\xC3\xBC > x=' two \t=\n  \"2\"/></a>"));
    xml_refuse(&document, document.elements[1].offset, "f", &findings, "%s", "first");
    xml_refuse(&document, xml_attribute(&document, 1, "one")->offset, "f", &findings, "second");
    xml_refuse(&document, xml_attribute(&document, 1, "two")->offset, "f", &findings, "third\n!");
    assert_int_equal(findings.count, 3);
    assert_int_equal(findings.at[0].line, 2);
    assert_int_equal(findings.at[0].column, 3);
    assert_int_equal(findings.at[1].column, 6);
    assert_int_equal(findings.at[2].column, 19);
    assert_string_equal(findings.at[2].message, "third?!");
    assert_string_equal(findings.at[1].path, "test");
}

static void assert_refused(const char* text, int line, int column, const char* message)
{
    memset(&findings, 0, sizeof findings);
    if (parse(text))
        print_error("accepted: %s\n", text);
    assert_int_equal(findings.count, 1);
    assert_string_equal(findings.at[0].message, message);
    assert_int_equal(findings.at[0].line, line);
    assert_int_equal(findings.at[0].column, column);
    assert_null(document.elements);
}

static void what_is_not_plain_xml_is_refused(void** state)
{
    (void)state;
    static const char doctype[] = "a document type (DOCTYPE) is not read: it can declare entities";
    assert_refused("", 1, 1, "not XML: no element found");
    assert_refused("<a>", 1, 4, "not XML: no element found");
    assert_refused("<a></b>", 1, 6, "not XML: mismatched tag");
    assert_refused("<a x='1' x='2'/>", 1, 10, "not XML: duplicate attribute");
    assert_refused("<a/><b/>", 1, 5, "not XML: junk after document element");
    assert_refused("<a x='&e;'/>", 1, 1, "not XML: undefined entity");
    assert_refused("<!DOCTYPE a><a/>", 1, 1, doctype);
    assert_refused("\n <!DOCTYPE a [<!ENTITY e \"x\">]>\n<a x='&e;'/>", 2, 2, doctype);
    assert_refused("<!DOCTYPE a SYSTEM 'http://localhost/a'><a/>", 1, 1, doctype);
    assert_refused("<a x='\xFF'/>", 1, 7, "not XML: not well-formed (invalid token)");
}

static void a_zero_byte_is_refused(void** state)
{
    (void)state;
    assert_false(xml_document_parse("test", "<a/>\0<", 6, &document, &findings));
    assert_string_equal(findings.at[0].message, "a zero byte; only UTF-8 text is read");
    assert_int_equal(findings.at[0].column, 5);
}

static void another_encoding_is_not_believed(void** state)
{
    (void)state;
    assert_false(parse("<?xml version='1.0' encoding='ISO-8859-1'?><a x='\xE4'/>"));
    assert_false(xml_document_parse("test", "\xFF\xFE<\0a\0/\0>\0", 10, &document, &findings));
}

/// `count` times `piece` between `head` and `tail`.
static char* repeated(const char* head, const char* piece, int count, const char* tail)
{
    const size_t length = strlen(piece);
    char* text = malloc(strlen(head) + length * (size_t)count + strlen(tail) + 1);
    assert_non_null(text);
    strcpy(text, head);
    char* at = text + strlen(head);
    for (int i = 0; i < count; i++, at += length)
        memcpy(at, piece, length);
    strcpy(at, tail);
    return text;
}

static void nothing_passes_its_capacity(void** state)
{
    (void)state;
    char* text = repeated("<a>", "<b/>", XML_ELEMENT_CAPACITY - 1, "</a>");
    assert_true(parse(text));
    assert_int_equal(document.element_count, XML_ELEMENT_CAPACITY);
    xml_document_free(&document);
    free(text);
    text = repeated("<a>", "<b/>", XML_ELEMENT_CAPACITY, "</a>");
    assert_false(parse(text));
    assert_string_equal(findings.at[0].message, "more elements or attributes than are read");
    free(text);
    // Nesting: the whole depth, and one more.
    for (int more = 0; more <= 1; more++) {
        memset(&findings, 0, sizeof findings);
        char* opened = repeated("", "<a>", XML_DEPTH_CAPACITY + more, "");
        text = repeated(opened, "</a>", XML_DEPTH_CAPACITY + more, "");
        assert_int_equal(parse(text), more == 0);
        xml_document_free(&document);
        free(opened);
        free(text);
    }
    assert_string_equal(findings.at[0].message, "elements are nested too deep");
    memset(&findings, 0, sizeof findings);
    text = repeated("<a>", " ", XML_FILE_CAPACITY, "</a>");
    assert_false(parse(text));
    assert_string_equal(findings.at[0].message, "the file is larger than 1048576 bytes");
    free(text);
    text = repeated("<a>", " ", XML_FILE_CAPACITY - 7, "</a>");
    assert_true(parse(text));
    free(text);
}

static void attributes_pass_no_capacity_either(void** state)
{
    (void)state;
    // Four attributes an element, so that they run out before the elements do.
    char* text = repeated("<a>", "<b a='' b='' c='' d=''/>", XML_ATTRIBUTE_CAPACITY / 4, "</a>");
    assert_true(parse(text));
    assert_int_equal(document.attribute_count, XML_ATTRIBUTE_CAPACITY);
    xml_document_free(&document);
    free(text);
    text = repeated("<a e=''>", "<b a='' b='' c='' d=''/>", XML_ATTRIBUTE_CAPACITY / 4, "</a>");
    assert_false(parse(text));
    free(text);
}

static void a_file_that_is_not_there_says_so(void** state)
{
    (void)state;
    assert_false(xml_document_read("no/such/file", &document, &findings));
    assert_string_equal(findings.at[0].message, "can't be read: No such file or directory");
    assert_int_equal(findings.at[0].line, 0);
    memset(&findings, 0, sizeof findings);
    assert_false(xml_document_read("config", &document, &findings));
    assert_string_equal(findings.at[0].message, "can't be read: Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_tree_is_that_of_the_file, forget, release),
        cmocka_unit_test_setup_teardown(places_count_characters_and_start_at_names, forget,
                                        release),
        cmocka_unit_test_setup_teardown(what_is_not_plain_xml_is_refused, forget, release),
        cmocka_unit_test_setup_teardown(a_zero_byte_is_refused, forget, release),
        cmocka_unit_test_setup_teardown(another_encoding_is_not_believed, forget, release),
        cmocka_unit_test_setup_teardown(nothing_passes_its_capacity, forget, release),
        cmocka_unit_test_setup_teardown(attributes_pass_no_capacity_either, forget, release),
        cmocka_unit_test_setup_teardown(a_file_that_is_not_there_says_so, forget, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
