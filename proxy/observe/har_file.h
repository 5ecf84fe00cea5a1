/* The sink that writes a HAR file: HAR 1.2, redacted, and whole at every moment. Private; observer
 * thread. */
#ifndef OBSERVE_HAR_FILE_H
#define OBSERVE_HAR_FILE_H

#include <sys/types.h>

#include "record.h"

/* One of the two files. */
struct har_copy {
    int fd;      /* -1: there is no such sink */
    off_t end;   /* where the next entry goes: the bytes behind it only close the brackets */
    bool empty;  /* it has no entry yet */
    bool longer; /* a write that failed may have left something behind the brackets */
};

struct har_file {
    char *path;            /* owned; NULL: there is no such sink */
    char *next_path;       /* owned: the name of `next` */
    struct har_copy named; /* has the user's name; never written to */
    struct har_copy next;  /* takes the entries and then the name */
    struct str text;       /* entries, each behind ",\n" */
    size_t written;        /* bytes at its beginning that are in `named`, but not yet in `next` */
    uint64_t waiting;      /* entries behind those */
    size_t body_most;      /* bytes of a decoded body */
    bool failing;          /* people have been told that writing fails */
    uint64_t lost;         /* entries since then */
};

/* Replaces the file by a HAR without entries, mode 0600. A NULL path makes a sink that writes
 * nothing. Whatever is there and is not a regular file of ours, or is written by another why401, is
 * left alone. Returns 0, or -1 with ERR_OUTPUT, ERR_SYSTEM or ERR_MEMORY. */
int har_file_open(struct har_file *f, const char *path, size_t decoded_bytes, struct err *err);

/* Writes nothing; removes the second file. */
void har_file_close(struct har_file *f);

/* Bytes that wait to be written. */
static inline size_t har_file_waits(const struct har_file *f)
{
    return f->text.len - f->written;
}

/* Returns how many entries were lost. */
uint64_t har_file_add(struct har_file *f, struct record *r);

/* Writes what waits. Appends to `news` what people should be told, if anything. Returns how many
 * entries were lost. */
uint64_t har_file_flush(struct har_file *f, struct str *news);

#endif
