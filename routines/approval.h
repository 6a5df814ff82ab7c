/// A professional's approval of a routine, bound to what the professional looked at: the bytes of
/// the routine's file, of the limits and of the body map, by their fingerprints. It stands in a
/// file beside the routine and is signed with Ed25519 (RFC 8032, libsodium). A machine's file names
/// whose approvals count there.
///
/// Always holds: an approval whose signature, fingerprints and approver were not all found right is
/// APPROVAL_OK for nobody.
#ifndef KNEAD_ROUTINES_APPROVAL_H
#define KNEAD_ROUTINES_APPROVAL_H

#include <stdio.h>

#include "config/digest.h"
#include "config/fields.h"
#include "config/settings.h"

#define SECRET_KEY_SIZE 64
#define SIGNATURE_SIZE 64
#define DATE_CAPACITY 11 // yyyy-mm-dd

/// Who signs. The secret key is not protected by a password: its file must be kept where only its
/// owner can read it.
typedef struct {
    char name[NAME_CAPACITY]; // and profession, as it is to be read later
    uint8_t public_key[PUBLIC_KEY_SIZE];
    uint8_t secret_key[SECRET_KEY_SIZE];
} signing_key_t;

/// The files an approval is bound to.
typedef struct {
    digest_t routine;
    digest_t safety;
    digest_t body;
} approved_files_t;

typedef struct {
    char by[NAME_CAPACITY];
    char date[DATE_CAPACITY];
    approved_files_t files;
    uint8_t public_key[PUBLIC_KEY_SIZE];
    uint8_t signature[SIGNATURE_SIZE];
} approval_t;

#define APPROVAL_RESULT_LIST(X)                                                                    \
    X(APPROVAL_OK, "approved")                                                                     \
    X(APPROVAL_FORGED, "the signature is not that of the key in the approval")                     \
    X(APPROVAL_STRANGER, "the machine's file does not name this approver's key")                   \
    X(APPROVAL_ROUTINE_CHANGED, "the routine was changed after it was approved")                   \
    X(APPROVAL_SAFETY_CHANGED, "the limits are not those it was approved with")                    \
    X(APPROVAL_BODY_CHANGED, "the body map is not the one it was approved with")
typedef enum {
#define X(id, text) id,
    APPROVAL_RESULT_LIST(X)
#undef X
} approval_result_t;
const char* approval_result_text(approval_result_t result);

/// A new key pair for `name` (of at most NAME_CAPACITY - 1 bytes) from the system's random numbers.
/// False if the system has none.
bool signing_key_make(const char* name, signing_key_t* key);

/// Reads a file of kind `signing_key`; false with findings, `key` untouched, also where the two
/// keys do not belong together.
bool signing_key_read(const char* path, signing_key_t* key, findings_t* findings);
void signing_key_write(const signing_key_t* key, FILE* out);

/// Overwrites the secret.
void signing_key_forget(signing_key_t* key);

/// Signs for these files. `date` as yyyy-mm-dd.
approval_t approval_sign(const signing_key_t* key, const char* date, const approved_files_t* files);

/// Whether the approval holds for these files on a machine that names these approvers; the first of
/// the results, in the order of their list, that applies.
approval_result_t approval_judge(const approval_t* approval, const approved_files_t* files,
                                 const approver_settings_t* approvers, int approver_count);

/// The file of a routine's approval: NAME.yaml becomes NAME.approval.yaml. False if that passes
/// `capacity`.
bool approval_path(const char* routine_path, char* path, size_t capacity);

/// Reads a file of kind `approval`; false with findings, `approval` untouched. What it says is not
/// yet judged.
bool approval_read(const char* path, approval_t* approval, findings_t* findings);
void approval_write(const approval_t* approval, FILE* out);

/// The records of both kinds, for their schemas.
extern const record_t approval_record, signing_key_record;

#endif
