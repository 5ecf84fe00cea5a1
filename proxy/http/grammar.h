/* RFC 9110's and RFC 9112's character classes, and the strict reading of one field line. Private.
 */
#ifndef HTTP_GRAMMAR_H
#define HTTP_GRAMMAR_H

#include "why401/base/err.h"
#include "why401/base/span.h"

enum {
    CLASS_TOKEN = 1,  /* tchar: what names and methods are made of (RFC 9110 §5.6.2) */
    CLASS_VALUE = 2,  /* what a field value may hold: HTAB, SP, VCHAR, obs-text (RFC 9110 §5.5) */
    CLASS_TARGET = 4, /* what a request target may hold: visible ASCII but '#' */
    CLASS_ALNUM = 8,  /* letters and digits */
};

extern const unsigned char char_class[256];

static inline bool char_is(char c, unsigned classes)
{
    return (char_class[(unsigned char)c] & classes) != 0;
}

/* How many leading bytes of s belong to the class. */
size_t class_run(struct span s, unsigned classes);

/* s is not empty and all of it is tchar. */
bool is_token(struct span s);

/* Reads the field line at the start of `bytes` up to and with its CRLF. Returns its length with
 * CRLF, or 0 with *why saying what is wrong. *name and *value (trimmed) point into bytes. */
size_t read_field_line(struct span bytes, struct span *name, struct span *value, const char **why);

enum framing_name { NOT_FRAMING, FRAMING_LENGTH, FRAMING_CODING, FRAMING_LOOKALIKE };

/* Whether a name is Content-Length or Transfer-Encoding, or turns into one when every other
 * character is read as '-', as servers behind us may do (CGI-like names: Transfer_Encoding). */
enum framing_name framing_name(struct span name);

#endif
