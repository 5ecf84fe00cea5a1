/* Reading UTF-8 that may be anything. Private. */
#ifndef OBSERVE_UTF8_H
#define OBSERVE_UTF8_H

#include "why401/base/span.h"

/* Reads the character at the start of s, which is not empty. Returns its length and sets *code, or
 * returns 0 when the bytes are no UTF-8 (RFC 3629: no overlong forms, no surrogates, at most
 * U+10FFFF). */
size_t utf8_read(struct span s, uint32_t *code);

/* How many bytes at the start of s are printable ASCII; with `quotes_too` not '"' or '\\', so that
 * a JSON string holds them as they are. */
size_t plain_run(struct span s, bool quotes_too);

/* A character that a terminal may obey or that a reader cannot see: controls, bidirectional
 * overrides and isolates, zero-width and other format characters. */
bool utf8_is_unsafe(uint32_t code);

/* Columns that a terminal gives to a character: 0, 1 or 2. */
size_t utf8_columns(uint32_t code);

#endif
