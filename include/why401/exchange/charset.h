/* The character set of a body. What reads bodies searches them for ASCII: for the names of members
 * and for secrets. So a body is UTF-8 or another set that holds ASCII as it is; UTF-16 and UTF-32,
 * which hold it between NULs, are converted; the rest is not read at all. */
#ifndef WHY401_EXCHANGE_CHARSET_H
#define WHY401_EXCHANGE_CHARSET_H

#include "why401/base/str.h"

enum charset {
    CHARSET_ASCII, /* UTF-8, ISO 8859, and all that have ASCII as it is; no byte is NUL */
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_UTF32LE,
    CHARSET_UTF32BE,
    CHARSET_UNREADABLE, /* binary, or a set such as UTF-7 and EBCDIC */
};

/* That of `text`: by its byte order mark, by where the NULs are in its first characters, as
 * RFC 4627 §3 has it, and last by the charset of `content_type`, which may be empty. */
enum charset charset_of(struct span content_type, struct span text);

/* Appends a text in UTF-16 or UTF-32 as UTF-8, without a byte order mark; what is no character
 * becomes U+FFFD, the half of one at the end nothing. False when it holds U+0000, as no text does;
 * then nothing of it was appended. */
bool charset_convert(struct str *out, enum charset set, struct span text);

#endif
