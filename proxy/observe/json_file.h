/* The sink for programs: JSON lines appended to a file or written to standard output. Private;
 * observer thread. */
#ifndef OBSERVE_JSON_FILE_H
#define OBSERVE_JSON_FILE_H

#include "outlet.h"
#include "record.h"

struct json_file {
    struct outlet outlet; /* fd -1: there is no such sink */
    char *path;           /* owned; NULL for standard output and for no sink */
    bool failing;         /* people have been told that writing fails */
    uint64_t lost;        /* lines since then */
};

/* Opens the file for appending, mode 0600, never through a symbolic link. A NULL path makes a sink
 * that writes nothing; "-" is standard output. Returns 0, or -1 with ERR_OUTPUT. */
int json_file_open(struct json_file *f, const char *path, struct err *err);
void json_file_close(struct json_file *f);

/* Opens the path again and goes on there. On an error the old file stays in use. */
int json_file_reopen(struct json_file *f, struct err *err);

/* Returns how many lines were lost. *line is the line that was added, empty when there is none;
 * valid until the next call. */
uint64_t json_file_add(struct json_file *f, struct record *r, struct span *line);

/* Writes what waits. Appends to `news` what people should be told, if anything. Returns how many
 * lines were lost. */
uint64_t json_file_flush(struct json_file *f, struct str *news);

#endif
