/* The routes of a folder. Private. */
#ifndef MOCK_FIXTURES_H
#define MOCK_FIXTURES_H

#include "fixture.h"
#include "routes.h"

struct fixtures;

/* Reads the *.json of the folder. NULL with *err. */
struct fixtures *fixtures_read(const char *dir, struct err *err);
void fixtures_free(struct fixtures *f);

size_t fixtures_size(const struct fixtures *f);

/* The most specific one that fits, or NULL. */
const struct fixture *fixtures_find(const struct fixtures *f, const struct call *c);

void fixture_answer(struct call *c, const struct fixture *fixture);

#endif
