/* Private keys without a name: Bitcoin's wallet import format (51 or 52 characters of base 58) and
 * Stellar's seeds (S and 55 of base 32). Addresses and ids have other lengths.
 *
 * Of a key that was cut the length says nothing, so its first two characters must tell: each
 * format's version byte leaves few of them, and addresses begin otherwise (Litecoin's with L and a
 * letter, Dogecoin's scripts with 9 and a letter, Tezos' contracts with KT, Stellar's accounts with
 * G). Solana's and Substrate's begin with anything, so their lengths are left out: of a key that
 * lacks eight characters and more the rest cannot be tried anyway. */
#include "lone_key.h"

#include "chars.h"

#define CUT_LEAST    45 /* one more than the longest of Solana's addresses */
#define SEED_LENGTH  56
#define LONGEST      SEED_LENGTH
#define BASE_58_LACK "0OIl"
#define BASE_32_LACK "0189"

struct kinds {
    bool upper;
    bool lower;
    bool digit;
};

static struct kinds kinds_of(struct span word)
{
    struct kinds k = {0};
    for (size_t i = 0; i < word.len; i++) {
        k.upper = k.upper || (word.ptr[i] >= 'A' && word.ptr[i] <= 'Z');
        k.lower = k.lower || (word.ptr[i] >= 'a' && word.ptr[i] <= 'z');
        k.digit = k.digit || is_digit(word.ptr[i]);
    }
    return k;
}

bool is_lone_key(struct span word)
{
    struct kinds k = kinds_of(word);
    if (word.len == SEED_LENGTH) {
        return word.ptr[0] == 'S' && k.upper && k.digit && !k.lower;
    }
    return (word.len == 51 || word.len == 52) && k.upper && k.lower && k.digit &&
           one_of(word.ptr[0], "59KLc");
}

static bool lacks(struct span word, const char *set)
{
    for (size_t i = 0; i < word.len; i++) {
        if (one_of(word.ptr[i], set)) {
            return false;
        }
    }
    return true;
}

/* The first two characters of a private key in wallet import format: on Bitcoin and on its test
 * network, compressed and not. */
static bool begins_as_wif(char first, char second)
{
    const char *seconds = first == 'K'   ? "wxyz"
                          : first == 'L' ? "12345"
                          : first == 'c' ? "MNPQRSTUV"
                          : first == '5' ? "HJK"
                          : first == '9' ? "123"
                                         : "";
    return one_of(second, seconds);
}

static bool begins_lone_key(struct span word)
{
    struct kinds k = kinds_of(word);
    bool seed = word.ptr[0] == 'S' && one_of(word.ptr[1], "ABCD") && k.digit && !k.lower &&
                lacks(word, BASE_32_LACK);
    return seed || (begins_as_wif(word.ptr[0], word.ptr[1]) && k.upper && k.lower && k.digit &&
                    lacks(word, BASE_58_LACK));
}

/* Of Substrate's chains, whose generic prefix makes them begin with 5. */
static bool is_long_address(struct span word)
{
    return word.ptr[0] == '5' && (word.len == 47 || word.len == 48);
}

size_t find_cut_key(struct span text)
{
    size_t at = text.len;
    while (at > 0 && text.len - at <= LONGEST && is_alnum(text.ptr[at - 1])) {
        at--;
    }
    struct span word = span_from(text, at);
    bool cut = word.len >= CUT_LEAST && word.len < LONGEST && begins_lone_key(word) &&
               !is_long_address(word);
    return cut ? at : text.len;
}
