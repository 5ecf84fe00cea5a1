/* Writing JSON text straight into a str, without a tree: an observer that writes a line for each of
 * many thousand exchanges a second cannot afford one. Private. */
#ifndef OBSERVE_JSON_WRITE_H
#define OBSERVE_JSON_WRITE_H

#include "why401/base/str.h"

/* A JSON string of at most `most` bytes of s, quotes included. The result is always valid UTF-8 and
 * harmless on a terminal: what is not UTF-8 becomes U+FFFD, what a terminal or the log of a CI may
 * obey becomes \uXXXX. */
void json_text(struct str *out, struct span s, size_t most);

void json_number(struct str *out, uint64_t value);

/* ,"key": of a name that needs no escapes, with the comma left out behind an opening bracket. */
void json_name(struct str *out, struct span key);

static inline void json_key(struct str *out, const char *key)
{
    json_name(out, span_of(key)); /* a literal's length is known when this is compiled */
}

/* json_key and an opening bracket, { or [; the caller adds the other one. */
static inline void json_begin(struct str *out, const char *key, char bracket)
{
    json_key(out, key);
    str_add_c(out, bracket);
}

/* json_key and a value. */
static inline void json_add_text(struct str *out, const char *key, struct span value, size_t most)
{
    json_key(out, key);
    json_text(out, value, most);
}

static inline void json_add_number(struct str *out, const char *key, uint64_t value)
{
    json_key(out, key);
    json_number(out, value);
}

static inline void json_add_bool(struct str *out, const char *key, bool value)
{
    json_key(out, key);
    str_add(out, value ? SPAN("true") : SPAN("false"));
}

/* A comma, unless an opening bracket or a colon is the last byte. */
void json_comma(struct str *out);

#endif
