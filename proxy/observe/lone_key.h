/* Private keys that stand alone. Private. */
#ifndef OBSERVE_LONE_KEY_H
#define OBSERVE_LONE_KEY_H

#include "why401/base/span.h"

/* A word of letters and digits is a private key in wallet import format or a Stellar seed. */
bool is_lone_key(struct span word);

/* Where a word begins that ends with the text and is the beginning of such a key; the text's length
 * when there is none. */
size_t find_cut_key(struct span text);

#endif
