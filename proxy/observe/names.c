/* Secret names. BitGo's own are known from its OpenAPI and from BitGoJS (login, access tokens,
 * keychains, wallet passphrases, one-time passwords, user and backup keys, the signers of Lightning
 * wallets); the others are what HTTP clients in general send. Three lists, from what may stand
 * anywhere in a name to what must be all of it, so that newWalletPassphrase, x-auth-token and
 * userPrv need no entry. A name is asked about part by part, so that user[password], otp[0] and
 * "password (user)" need none either, and without a number or a plural's s at its end. */
#include "names.h"

#include "chars.h"
#include "why401/observe/redact.h"

#define FOLDED_MOST 128

struct known {
    struct span text;
    enum name_class class;
};

/* Anywhere in a name. */
static const struct known within[] = {
    {{"authorization", 13}, NAME_AUTHORIZATION},
    {{"cookie", 6}, NAME_COOKIE},
    {{"password", 8}, NAME_PHRASE},
    {{"passphrase", 10}, NAME_PHRASE},
    {{"passwd", 6}, NAME_PHRASE},
    {{"passcode", 8}, NAME_PHRASE},
    {{"mnemonic", 8}, NAME_PHRASE},
    {{"recoverykey", 11}, NAME_PHRASE},
    {{"recoveryphrase", 14}, NAME_PHRASE},
    {{"seedphrase", 10}, NAME_PHRASE},
    {{"backupphrase", 12}, NAME_PHRASE},
    {{"secret", 6}, NAME_PHRASE},
    {{"credential", 10}, NAME_PHRASE},
    {{"privatekey", 10}, NAME_SECRET},
    {{"privkey", 7}, NAME_SECRET},
    {{"encryptedprv", 12}, NAME_SECRET},
    {{"xprv", 4}, NAME_SECRET},
    {{"apikey", 6}, NAME_SECRET},
    {{"sessionid", 9}, NAME_SECRET},
    {{"macaroon", 8}, NAME_SECRET},
};

/* At the end of a name. */
static const struct known ending[] = {
    {{"token", 5}, NAME_SECRET},
    {{"prv", 3}, NAME_SECRET},
    {{"otp", 3}, NAME_SECRET},
    {{"seed", 4}, NAME_PHRASE},
    {{"pwd", 3}, NAME_PHRASE},
    {{"jwt", 3}, NAME_SECRET},
    {{"accesskey", 9}, NAME_SECRET},
    {{"signingkey", 10}, NAME_SECRET},
    {{"sharedkey", 9}, NAME_SECRET},
    {{"masterkey", 9}, NAME_SECRET},
    {{"encryptionkey", 13}, NAME_SECRET},
    {{"sessionkey", 10}, NAME_SECRET},
    {{"keyshare", 8}, NAME_SECRET},
    {{"privateshare", 12}, NAME_SECRET},
    {{"signershare", 11}, NAME_SECRET},
    {{"encryptedshare", 14}, NAME_SECRET},
    {{"prvkey", 6}, NAME_SECRET},
    {{"tlskey", 6}, NAME_SECRET},
    {{"hmackey", 7}, NAME_SECRET},
    {{"otpkey", 6}, NAME_SECRET},
    {{"otpcode", 7}, NAME_SECRET},
    {{"totpcode", 8}, NAME_SECRET},
    {{"recoverycode", 12}, NAME_SECRET},
    {{"backupcode", 10}, NAME_SECRET},
    {{"twofactorcode", 13}, NAME_SECRET},
    {{"verificationcode", 16}, NAME_SECRET},
    {{"unlockcode", 10}, NAME_SECRET},
    {{"pincode", 7}, NAME_SECRET},
    {{"tokenstring", 11}, NAME_SECRET},
    {{"clientassertion", 15}, NAME_SECRET},
    {{"seedwords", 9}, NAME_PHRASE},
    {{"decrypted", 9}, NAME_PHRASE},
};

/* The whole name. "ct" is the ciphertext in SJCL's JSON, which is how BitGo's SDK encrypts keys. */
static const struct known whole[] = {
    {{"pass", 4}, NAME_PHRASE},
    {{"phrase", 6}, NAME_PHRASE},
    {{"pin", 3}, NAME_SECRET},
    {{"sid", 3}, NAME_SECRET},
    {{"ct", 2}, NAME_SECRET},
    {{"wif", 3}, NAME_SECRET},
    {{"bearer", 6}, NAME_SECRET},
    {{"entropy", 7}, NAME_SECRET},
    {{"tokenhash", 9}, NAME_SECRET},
    {{"tokenvalue", 10}, NAME_SECRET},
    {{"accesstokens", 12}, NAME_LIST},
    {{"pshare", 6}, NAME_SECRET},
    {{"ushare", 6}, NAME_SECRET},
    {{"tokens", 6}, NAME_LIST},
    {{"secwebsocketprotocol", 20}, NAME_PROTOCOL},
};

static bool is_folded_away(char c)
{
    return one_of(c, "-_. +");
}

/* The next part of a name: letters and digits, and what is folded away. */
static bool next_part(struct span *rest, struct span *part)
{
    size_t start = 0;
    while (start < rest->len && !is_alnum(rest->ptr[start])) {
        start++;
    }
    size_t end = start;
    while (end < rest->len && (is_alnum(rest->ptr[end]) || is_folded_away(rest->ptr[end]))) {
        end++;
    }
    *part = span_from(span_first(*rest, end), start);
    *rest = span_from(*rest, end);
    return part->len > 0;
}

/* `name` folded into `folded`, at most its last FOLDED_MOST characters. */
static struct span fold(struct span name, char folded[FOLDED_MOST])
{
    size_t at = FOLDED_MOST;
    for (size_t i = name.len; i > 0 && at > 0; i--) {
        char c = name.ptr[i - 1];
        if (!is_folded_away(c)) {
            folded[--at] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        }
    }
    return span(folded + at, FOLDED_MOST - at);
}

/* A set of letters, a bit for each. */
static uint32_t letter(char c)
{
    return c >= 'a' && c <= 'z' ? UINT32_C(1) << (c - 'a') : 0;
}

/* Most names lack a letter of most texts, and a look at one set costs less than a search. */
static bool may_contain(uint32_t letters, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!(letters & letter(text.ptr[i]))) {
            return false;
        }
    }
    return true;
}

static enum name_class look_within(struct span folded)
{
    uint32_t letters = 0;
    for (size_t i = 0; i < folded.len; i++) {
        letters |= letter(folded.ptr[i]);
    }
    for (size_t i = 0; i < sizeof within / sizeof *within; i++) {
        if (may_contain(letters, within[i].text) && span_find(folded, within[i].text) >= 0) {
            return within[i].class;
        }
    }
    return NAME_HARMLESS;
}

static enum name_class look_at_end(struct span folded)
{
    char last = folded.len ? folded.ptr[folded.len - 1] : '\0';
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct span text = ending[i].text;
        if (text.ptr[text.len - 1] == last && span_ends(folded, text)) {
            return ending[i].class;
        }
    }
    return NAME_HARMLESS;
}

static enum name_class look_at_whole(struct span folded)
{
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (span_eq(folded, whole[i].text)) {
            return whole[i].class;
        }
    }
    return NAME_HARMLESS;
}

/* The singular of a plural; of "tokens" there is none, since enableTokens names coins. */
static struct span singular(struct span folded)
{
    bool plural = span_ends(folded, SPAN("s")) && !span_ends(folded, SPAN("tokens"));
    return span_first(folded, folded.len - plural);
}

/* Without a number of one or two digits at its end: token1. */
static struct span unnumbered(struct span folded)
{
    size_t digits = 0;
    while (digits < folded.len && digits < 3 && is_digit(folded.ptr[folded.len - 1 - digits])) {
        digits++;
    }
    return span_first(folded, folded.len - (digits < 3 ? digits : 0));
}

static enum name_class classify_folded(struct span folded)
{
    enum name_class class = folded.len < 2 ? NAME_HARMLESS : look_within(folded);
    if (class != NAME_HARMLESS || folded.len < 2) {
        return class;
    }
    struct span base = unnumbered(folded);
    class = look_at_end(singular(base));
    return class == NAME_HARMLESS ? look_at_whole(base) : class;
}

enum name_class name_classify(struct span name)
{
    char storage[FOLDED_MOST];
    struct span part;
    enum name_class class = NAME_HARMLESS;
    while (class == NAME_HARMLESS && next_part(&name, &part)) {
        class = classify_folded(fold(part, storage));
        if (class == NAME_HARMLESS && part.len > FOLDED_MOST) {
            class = look_within(fold(span_first(part, FOLDED_MOST), storage));
        }
    }
    return class;
}

bool redact_is_secret_name(struct span name)
{
    return name_classify(name) != NAME_HARMLESS;
}

size_t scheme_length(struct span credential)
{
    /* Those of the IANA registry that are in use, and "token", which some APIs invented. */
    static const struct span schemes[] = {{"Bearer", 6},
                                          {"Basic", 5},
                                          {"Digest", 6},
                                          {"DPoP", 4},
                                          {"Negotiate", 9},
                                          {"NTLM", 4},
                                          {"HMAC", 4},
                                          {"OAuth", 5},
                                          {"Token", 5},
                                          {"ApiKey", 6},
                                          {"AWS4-HMAC-SHA256", 16}};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t len = schemes[i].len;
        if (!span_istarts(credential, schemes[i])) {
            continue;
        }
        size_t end = len;
        while (end < credential.len && strchr(" \t+", credential.ptr[end]) && credential.ptr[end]) {
            end++;
        }
        if (end > len || end == credential.len) {
            return end;
        }
    }
    return 0;
}

size_t protocols_length(struct span value)
{
    struct span rest = value;
    struct span item;
    while (span_cut(&rest, ',', &item)) {
        struct span protocol = span_trim(item);
        if (scheme_length(protocol) || name_classify(protocol) != NAME_HARMLESS) {
            return rest.ptr ? (size_t)(rest.ptr - value.ptr) : value.len;
        }
    }
    return value.len;
}
