#include "routines/approval.h"

#include <string.h>

#include <sodium.h>

_Static_assert(crypto_sign_PUBLICKEYBYTES == PUBLIC_KEY_SIZE, "Ed25519");
_Static_assert(crypto_sign_SECRETKEYBYTES == SECRET_KEY_SIZE, "Ed25519");
_Static_assert(crypto_sign_BYTES == SIGNATURE_SIZE, "Ed25519");

#define HEX_CAPACITY(bytes) (2 * (bytes) + 1)
#define STATEMENT_CAPACITY 512

const char* approval_result_text(approval_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        APPROVAL_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

// -------------------------------------------------------------------------------- what is signed

/// The exact bytes under the signature: all that an approval says, a line each.
static size_t statement(const approval_t* approval, char text[STATEMENT_CAPACITY])
{
    char routine[DIGEST_TEXT_CAPACITY], safety[DIGEST_TEXT_CAPACITY], body[DIGEST_TEXT_CAPACITY];
    digest_text(&approval->files.routine, routine);
    digest_text(&approval->files.safety, safety);
    digest_text(&approval->files.body, body);
    const int length =
        snprintf(text, STATEMENT_CAPACITY,
                 "knead approval 1\nroutine %s\nsafety %s\nbody %s\ndate %s\nby %s\n", routine,
                 safety, body, approval->date, approval->by);
    return (size_t)length;
}
_Static_assert(STATEMENT_CAPACITY >
                   17 + 3 * (DIGEST_TEXT_CAPACITY + 9) + DATE_CAPACITY + 7 + NAME_CAPACITY + 5,
               "room for every statement");

bool signing_key_make(const char* name, signing_key_t* key)
{
    if (sodium_init() < 0) {
        return false;
    }
    memset(key, 0, sizeof *key);
    (void)snprintf(key->name, sizeof key->name, "%s", name);
    return crypto_sign_keypair(key->public_key, key->secret_key) == 0;
}

void signing_key_forget(signing_key_t* key)
{
    sodium_memzero(key->secret_key, sizeof key->secret_key);
}

approval_t approval_sign(const signing_key_t* key, const char* date, const approved_files_t* files)
{
    approval_t approval = {.files = *files};
    (void)snprintf(approval.by, sizeof approval.by, "%s", key->name);
    (void)snprintf(approval.date, sizeof approval.date, "%s", date);
    memcpy(approval.public_key, key->public_key, sizeof approval.public_key);
    char text[STATEMENT_CAPACITY];
    const size_t length = statement(&approval, text);
    (void)crypto_sign_detached(approval.signature, NULL, (const unsigned char*)text, length,
                               key->secret_key);
    return approval;
}

static bool is_approver(const uint8_t public_key[PUBLIC_KEY_SIZE],
                        const approver_settings_t* approvers, int count)
{
    for (int i = 0; i < count; ++i) {
        if (memcmp(approvers[i].public_key, public_key, PUBLIC_KEY_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

approval_result_t approval_judge(const approval_t* approval, const approved_files_t* files,
                                 const approver_settings_t* approvers, int approver_count)
{
    char text[STATEMENT_CAPACITY];
    const size_t length = statement(approval, text);
    if (crypto_sign_verify_detached(approval->signature, (const unsigned char*)text, length,
                                    approval->public_key) != 0) {
        return APPROVAL_FORGED;
    }
    if (!is_approver(approval->public_key, approvers, approver_count)) {
        return APPROVAL_STRANGER;
    }
    if (!digest_equal(&approval->files.routine, &files->routine)) {
        return APPROVAL_ROUTINE_CHANGED;
    }
    if (!digest_equal(&approval->files.safety, &files->safety)) {
        return APPROVAL_SAFETY_CHANGED;
    }
    return digest_equal(&approval->files.body, &files->body) ? APPROVAL_OK : APPROVAL_BODY_CHANGED;
}

bool approval_path(const char* routine_path, char* path, size_t capacity)
{
    static const char ending[] = ".yaml";
    const size_t length = strlen(routine_path);
    const size_t ending_length = sizeof ending - 1;
    const bool is_yaml =
        length > ending_length && strcmp(routine_path + length - ending_length, ending) == 0;
    const int written = snprintf(path, capacity, "%.*s.approval.yaml",
                                 (int)(is_yaml ? length - ending_length : length), routine_path);
    return written >= 0 && (size_t)written < capacity;
}

// ------------------------------------------------------------------------------------- the files

/// An approval as written.
typedef struct {
    char by[NAME_CAPACITY];
    char date[DATE_CAPACITY];
    char routine[DIGEST_TEXT_CAPACITY];
    char safety[DIGEST_TEXT_CAPACITY];
    char body[DIGEST_TEXT_CAPACITY];
    char public_key[HEX_CAPACITY(PUBLIC_KEY_SIZE)];
    char signature[HEX_CAPACITY(SIGNATURE_SIZE)];
} approval_text_t;

#define TEXT(name, struct_type, member, room, sentence)                                            \
    {                                                                                              \
        .key = (name), .kind = FIELD_TEXT, .required = true,                                       \
        .offset = offsetof(struct_type, member), .capacity = (room), .meaning = (sentence)         \
    }

static const field_t approval_fields[] = {
    TEXT("by", approval_text_t, by, NAME_CAPACITY, "Name and profession of who approved."),
    TEXT("date", approval_text_t, date, DATE_CAPACITY, "Of the approval, yyyy-mm-dd."),
    TEXT("routine", approval_text_t, routine, DIGEST_TEXT_CAPACITY, "SHA-256 of the routine."),
    TEXT("safety", approval_text_t, safety, DIGEST_TEXT_CAPACITY, "SHA-256 of the limits."),
    TEXT("body", approval_text_t, body, DIGEST_TEXT_CAPACITY, "SHA-256 of the body map."),
    TEXT("public_key", approval_text_t, public_key, HEX_CAPACITY(PUBLIC_KEY_SIZE),
         "Of who approved: Ed25519, hexadecimal."),
    TEXT("signature", approval_text_t, signature, HEX_CAPACITY(SIGNATURE_SIZE),
         "Ed25519, hexadecimal, over all of the above."),
    {.key = NULL},
};
const record_t approval_record = {"approval", "A professional's approval of a routine.",
                                  approval_fields};

typedef struct {
    char name[NAME_CAPACITY];
    char public_key[HEX_CAPACITY(PUBLIC_KEY_SIZE)];
    char secret_key[HEX_CAPACITY(SECRET_KEY_SIZE)];
} signing_key_text_t;

static const field_t signing_key_fields[] = {
    TEXT("name", signing_key_text_t, name, NAME_CAPACITY, "Name and profession of its owner."),
    TEXT("public_key", signing_key_text_t, public_key, HEX_CAPACITY(PUBLIC_KEY_SIZE),
         "For the machine's file: Ed25519, hexadecimal."),
    TEXT("secret_key", signing_key_text_t, secret_key, HEX_CAPACITY(SECRET_KEY_SIZE),
         "To be kept where only its owner can read it."),
    {.key = NULL},
};
const record_t signing_key_record = {"signing_key", "A key that approvals are signed with.",
                                     signing_key_fields};

static bool read_hex(const yaml_document_t* document, const char* field, const char* text,
                     uint8_t* bytes, size_t count, findings_t* findings)
{
    if (hex_read(text, bytes, count)) {
        return true;
    }
    fields_refuse_path(document, field, findings, "%zu lower-case hexadecimal digits are expected",
                       2 * count);
    return false;
}

/// yyyy-mm-dd, as far as digits and dashes go.
static bool is_date(const char* text)
{
    static const char shape[] = "dddd-dd-dd";
    bool is = strlen(text) == sizeof shape - 1;
    for (size_t i = 0; is && i < sizeof shape - 1; ++i) {
        is = shape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == '-';
    }
    return is;
}

static bool is_one_line(const char* text)
{
    for (const char* c = text; *c != '\0'; ++c) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F) {
            return false;
        }
    }
    return text[0] != '\0';
}

static bool approval_from_text(const yaml_document_t* document, const approval_text_t* text,
                               approval_t* approval, findings_t* findings)
{
    approval_t read = {0};
    memcpy(read.by, text->by, sizeof read.by);
    memcpy(read.date, text->date, sizeof read.date);
    bool ok = is_one_line(text->by);
    if (!ok) {
        fields_refuse_path(document, "by", findings, "a name on one line is expected");
    }
    if (!is_date(text->date)) {
        fields_refuse_path(document, "date", findings, "a date such as 2026-01-31 is expected");
        ok = false;
    }
    ok = read_hex(document, "routine", text->routine, read.files.routine.bytes, DIGEST_SIZE,
                  findings) &&
         ok;
    ok = read_hex(document, "safety", text->safety, read.files.safety.bytes, DIGEST_SIZE,
                  findings) &&
         ok;
    ok = read_hex(document, "body", text->body, read.files.body.bytes, DIGEST_SIZE, findings) && ok;
    ok = read_hex(document, "public_key", text->public_key, read.public_key, PUBLIC_KEY_SIZE,
                  findings) &&
         ok;
    ok = read_hex(document, "signature", text->signature, read.signature, SIGNATURE_SIZE,
                  findings) &&
         ok;
    if (ok) {
        *approval = read;
    }
    return ok;
}

bool approval_read(const char* path, approval_t* approval, findings_t* findings)
{
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings)) {
        return false;
    }
    approval_text_t text = {0};
    bool ok = fields_expect_kind(&document, approval_record.name, findings);
    ok = fields_read(&document, 0, &approval_record, &text, "", findings) && ok;
    ok = ok && approval_from_text(&document, &text, approval, findings);
    yaml_document_free(&document);
    return ok;
}

static bool signing_key_from_text(const yaml_document_t* document, const signing_key_text_t* text,
                                  signing_key_t* key, findings_t* findings)
{
    signing_key_t read = {0};
    memcpy(read.name, text->name, sizeof read.name);
    bool ok = is_one_line(text->name);
    if (!ok) {
        fields_refuse_path(document, "name", findings, "a name on one line is expected");
    }
    ok = read_hex(document, "public_key", text->public_key, read.public_key, PUBLIC_KEY_SIZE,
                  findings) &&
         ok;
    ok = read_hex(document, "secret_key", text->secret_key, read.secret_key, SECRET_KEY_SIZE,
                  findings) &&
         ok;
    // The library's secret key is the seed and the public key behind it.
    uint8_t public_key[PUBLIC_KEY_SIZE], secret_key[SECRET_KEY_SIZE];
    if (ok) {
        (void)crypto_sign_seed_keypair(public_key, secret_key, read.secret_key);
        ok = memcmp(public_key, read.public_key, PUBLIC_KEY_SIZE) == 0 &&
             sodium_memcmp(secret_key, read.secret_key, SECRET_KEY_SIZE) == 0;
        if (!ok) {
            fields_refuse_path(document, "secret_key", findings,
                               "does not belong to the public key");
        }
    }
    sodium_memzero(secret_key, sizeof secret_key);
    if (ok) {
        *key = read;
    }
    signing_key_forget(&read);
    return ok;
}

bool signing_key_read(const char* path, signing_key_t* key, findings_t* findings)
{
    yaml_document_t document;
    if (sodium_init() < 0 || !yaml_document_read(path, &document, findings)) {
        return false;
    }
    signing_key_text_t text = {0};
    bool ok = fields_expect_kind(&document, signing_key_record.name, findings);
    ok = fields_read(&document, 0, &signing_key_record, &text, "", findings) && ok;
    ok = ok && signing_key_from_text(&document, &text, key, findings);
    sodium_memzero(&text, sizeof text);
    yaml_document_free(&document);
    return ok;
}

/// A text as a YAML scalar in double quotes; it holds no control characters.
static void write_text(FILE* out, const char* key, const char* text)
{
    (void)fprintf(out, "%s: \"", key);
    for (const char* c = text; *c != '\0'; ++c) {
        if (*c == '"' || *c == '\\') {
            (void)fputc('\\', out);
        }
        (void)fputc(*c, out);
    }
    (void)fprintf(out, "\"\n");
}

static void write_hex(FILE* out, const char* key, const uint8_t* bytes, size_t count)
{
    char text[HEX_CAPACITY(SIGNATURE_SIZE)];
    hex_write(bytes, count, text);
    (void)fprintf(out, "%s: \"%s\"\n", key, text);
    sodium_memzero(text, sizeof text);
}

void approval_write(const approval_t* approval, FILE* out)
{
    (void)fprintf(out, "kind: approval\nversion: 1\n");
    write_text(out, "by", approval->by);
    write_text(out, "date", approval->date);
    write_hex(out, "routine", approval->files.routine.bytes, DIGEST_SIZE);
    write_hex(out, "safety", approval->files.safety.bytes, DIGEST_SIZE);
    write_hex(out, "body", approval->files.body.bytes, DIGEST_SIZE);
    write_hex(out, "public_key", approval->public_key, PUBLIC_KEY_SIZE);
    write_hex(out, "signature", approval->signature, SIGNATURE_SIZE);
}

void signing_key_write(const signing_key_t* key, FILE* out)
{
    (void)fprintf(out, "# Whoever has this file can approve in its owner's name.\n"
                       "kind: signing_key\nversion: 1\n");
    write_text(out, "name", key->name);
    write_hex(out, "public_key", key->public_key, PUBLIC_KEY_SIZE);
    write_hex(out, "secret_key", key->secret_key, SECRET_KEY_SIZE);
}
