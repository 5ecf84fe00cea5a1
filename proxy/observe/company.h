/* Ordinary words that name a secret in some company. Private. */
#ifndef OBSERVE_COMPANY_H
#define OBSERVE_COMPANY_H

#include "names.h"

/* What stands around a name. */
struct company {
    bool totp;       /* one-time passwords are set up: "key" is their seed */
    bool encryption; /* something is encrypted with a password: "input" is what */
};

struct company company_of(struct span text);

/* The name is one of those words; the first is "key". */
bool is_ordinary(struct span name);
bool is_key(struct span name);

/* Of such a name. */
enum name_class company_classify(struct company company, struct span name);

/* s is no seed wherever it stands: the key of a label, or a field's name. */
bool is_short_word(struct span s);

/* The length of the seed of one-time passwords at the start of s, or 0: base 32, as long as seeds
 * are. */
size_t totp_seed_length(struct span s);

#endif
