/* BitGo calls the seed of one-time passwords "key", and the plaintext that Express encrypts
 * "input". Both words stand for much else, so they count as secret names only beside what tells
 * that it is this: the word totp or an otpauth: URL, a password. A seed that stands alone behind
 * "key" has a form of its own. */
#include "company.h"

#include "chars.h"

#define SEED_LEAST      16
#define SEED_MOST       128
#define STELLAR_LENGTH  56 /* of its accounts, which are base 32, too */
#define ALGORAND_LENGTH 58

struct company company_of(struct span text)
{
    return (struct company){
        .totp = span_ifind(text, SPAN("totp")) >= 0 || span_ifind(text, SPAN("otpauth")) >= 0,
        .encryption =
            span_ifind(text, SPAN("password")) >= 0 || span_ifind(text, SPAN("passphrase")) >= 0,
    };
}

bool is_key(struct span name)
{
    return span_ieq(name, SPAN("key"));
}

bool is_ordinary(struct span name)
{
    return is_key(name) || span_ieq(name, SPAN("input"));
}

enum name_class company_classify(struct company company, struct span name)
{
    if (is_key(name)) {
        return company.totp ? NAME_SECRET : NAME_HARMLESS;
    }
    return is_ordinary(name) && company.encryption ? NAME_PHRASE : NAME_HARMLESS;
}

bool is_short_word(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_alpha(s.ptr[i]) && s.ptr[i] != '_' && s.ptr[i] != '-') {
            return false;
        }
    }
    return s.len < SEED_LEAST;
}

size_t totp_seed_length(struct span s)
{
    size_t len = 0;
    while (len < s.len && len <= SEED_MOST &&
           ((s.ptr[len] >= 'A' && s.ptr[len] <= 'Z') || one_of(s.ptr[len], "234567"))) {
        len++;
    }
    bool long_enough = len >= SEED_LEAST && len <= SEED_MOST;
    bool address = len == STELLAR_LENGTH || len == ALGORAND_LENGTH;
    return long_enough && !address && !is_word(byte_at(s, len)) ? len : 0;
}
