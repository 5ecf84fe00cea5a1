/* Secrets that are known by what they look like, wherever they stand. Private. */
#ifndef OBSERVE_SHAPES_H
#define OBSERVE_SHAPES_H

#include "view.h"

/* Marks access tokens (v2x…, and long hexadecimal behind the word token or bearer), credentials
 * behind Bearer and Basic, JSON Web Tokens, extended and plain private keys, PEM private keys and
 * the user part of a URL. One that is cut off by the end of the text is marked too. */
void shapes_mark(const struct view *v);

#endif
