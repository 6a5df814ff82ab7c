/// knead as its users start it: a virtual table and runs on it as processes of their own over real
/// sockets, and a look at the virtual drives with libmodbus, so that our own client is not its own
/// witness. The table is in lock-step; the test moves its clock once nobody else does, so that a
/// busy machine changes nothing.
#ifndef KNEAD_TESTS_SUPPORT_TABLE_PROCESS_H
#define KNEAD_TESTS_SUPPORT_TABLE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TABLE_DRIVE_COUNT 7
#define TABLE_STATE_MASK 0x4F // CiA 402-2
#define TABLE_STATE_FAULT 0x08
#define TABLE_STATE_FAULT_REACTION 0x0F

struct _modbus; // of libmodbus

typedef struct {
    pid_t table;
    int port_base;
    char folder[64];
    struct _modbus* drives[TABLE_DRIVE_COUNT]; // connected when first looked at
    struct _modbus* clock;
} table_process_t;

typedef struct {
    uint16_t status[TABLE_DRIVE_COUNT];
    int32_t position[TABLE_DRIVE_COUNT]; // counts of 1e-6 rad or m
    int32_t speed[TABLE_DRIVE_COUNT];    // counts of 1e-6 rad/s or m/s
} table_drives_t;

/// Starts a table in lock-step at ports of the process's own and a folder for what is written.
/// Fails the test if it does not get ready.
table_process_t table_process_open(void);

/// Ends the table, replays every run in the folder (replay_witness.h) and removes it.
void table_process_close(table_process_t* scene);

/// "FOLDER/name".
void table_process_path(const table_process_t* scene, const char* name, char* path,
                        size_t capacity);

/// Called in a new process before knead takes its place: to take rights away, to limit files.
typedef void process_prepare_t(void);

/// Starts knead with these arguments, its output into the file `log`. `prepare` may be null.
pid_t process_start(const char* const* arguments, const char* log, process_prepare_t* prepare);

/// `knead run ROUTINE --yes --quiet --lock-step` on the table, its record in FOLDER/name, its
/// output in FOLDER/name.txt, with one more argument or null.
pid_t table_process_run(const table_process_t* scene, const char* routine, const char* name,
                        const char* more);

/// Waits for the end of a process; -1 if a signal ended it.
int process_exit_code(pid_t process);

bool file_holds(const char* path, const char* words);

/// Waits until the file holds the words; false after `limit_ms` or if the process (0: none) has
/// ended.
bool file_gets(const char* path, const char* words, long limit_ms, pid_t process);

void sleep_ms(long duration_ms);

/// Virtual time of the table, and moving it on.
uint32_t table_process_now_us(table_process_t* scene);
void table_process_let_pass(table_process_t* scene, uint32_t duration_us);

table_drives_t table_process_look(table_process_t* scene);

/// Fails the test unless every drive keeps its place for 0.3 s, within so many counts.
void table_process_stands_still(table_process_t* scene, int tolerance_counts);

#endif
