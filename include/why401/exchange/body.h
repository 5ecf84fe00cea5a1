/* A captured body as text and as JSON, for everybody who judges an exchange. */
#ifndef WHY401_EXCHANGE_BODY_H
#define WHY401_EXCHANGE_BODY_H

#include <jansson.h>

#include "why401/base/str.h"
#include "why401/exchange/exchange.h"

/* How much of a body could be read. */
enum body_reading {
    READ_WHOLE,
    READ_CUT,     /* its beginning, or as far as its Content-Encoding is not damaged */
    READ_CODED,   /* nothing: its Content-Encoding is not known */
    READ_NO_TEXT, /* nothing: binary, or in a character set that cannot be searched */
};

/* Decodes the body of a message into `out`, which the caller initialised, as valid UTF-8 without
 * NULs, whatever charset_of says that it is; what is no character becomes U+FFFD. */
enum body_reading body_read(const struct message *message, struct str *out);

/* The same. Returns false when this is not the whole body. */
bool body_text(const struct message *message, struct str *out);

/* The JSON object or list that a text is; NULL when it is neither, or is cut. Owned by the caller.
 */
json_t *body_json(struct span text);

/* Appends s as valid UTF-8, without a byte order mark at its beginning. */
void utf8_clean(struct str *out, struct span s);

/* The longest beginning of s of at most `most` bytes that ends between two characters. */
struct span utf8_first(struct span s, size_t most);

/* A member of the outermost object of a text that is nearly JSON: cut, or with something that a
 * strict parser refuses. Of a string what stands between its quotes, escapes and all; of an object
 * or list what stands there of it; otherwise empty. */
struct span body_scan(struct span text, struct span key);

#endif
