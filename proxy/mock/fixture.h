/* A route out of a file. Private. */
#ifndef MOCK_FIXTURE_H
#define MOCK_FIXTURE_H

#include <jansson.h>

#include "reply.h"

#define FIXTURE_BYTES_MOST (1u << 20) /* of a file */

struct fixture {
    char *file;          /* its path, for messages; owned */
    json_t *json;        /* what the file holds, and the texts below point into; owned */
    const char *method;  /* "GET" serves HEAD too */
    const char *path;    /* segments; {name} is any one */
    const json_t *query; /* parameters that the request must have; NULL: whatever it has */
    bool open;           /* needs no token */
    int status;
    const json_t *fields; /* NULL: none */
    char *body;           /* owned; NULL: none */
    const char *type;     /* its Content-Type */
};

/* Reads the text of the file at `path`. 0, or -1 with *err, whose text says file, JSON path, what
 * was found and what is expected. fixture_release in either case. */
int fixture_read(struct fixture *f, const char *path, struct span text, struct err *err);
void fixture_release(struct fixture *f);

#endif
