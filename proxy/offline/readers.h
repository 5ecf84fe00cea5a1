/* The readers, one for each kind of input; input.c chooses. Private. Each adds exchanges to `in`
 * and returns 0, or -1 with *err; `name` is the file's, for errors. */
#ifndef OFFLINE_READERS_H
#define OFFLINE_READERS_H

#include <jansson.h>

#include "why401/offline/input.h"

/* A response body, whatever is in it. */
int read_body(struct input *in, struct span bytes, struct err *err);

/* An SDK's error as Node prints it. */
bool looks_like_sdk_error(struct span bytes);
int read_sdk_error(struct input *in, struct span bytes, struct err *err);

/* The same after JSON.stringify: {"status": …, "result": {…}, …}. */
bool is_sdk_error(const json_t *object);
int read_sdk_json(struct input *in, const json_t *object, struct err *err);

bool looks_like_curl(struct span bytes);
int read_curl(struct input *in, struct span bytes, struct err *err);

/* More than INPUT_VALUES_MOST values are in the JSON text, or in the first of several: as a tree it
 * would take a hundred times its bytes. */
bool has_many_values(struct span json);

/* Takes the entries out of `har`. */
int read_har(struct input *in, json_t *har, const char *name, struct err *err);

/* One object of our JSON lines begins like this. */
bool is_line(const json_t *object);
int read_lines(struct input *in, struct span bytes, const char *name, struct err *err);

/* What the proxy judged when an exchange passed, as our lines and our HARs hold it: id, maker,
 * outcome, source, token, findings and error. */
void read_judgement(struct exchange *x, const json_t *members);

#endif
