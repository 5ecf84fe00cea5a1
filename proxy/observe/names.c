/* Secret names. BitGo's own are known from its OpenAPI and from BitGoJS (login, access tokens,
 * keychains, wallet passphrases, one-time passwords, user and backup keys); the others are what
 * HTTP clients in general send. Three lists, from what may stand anywhere in a name to what must be
 * all of it, so that newWalletPassphrase, x-auth-token and userPrv need no entry. */
#include "names.h"

#include "why401/observe/redact.h"

#define FOLDED_MOST 128

struct known {
    const char *text;
    enum name_class class;
};

/* Anywhere in a name. */
static const struct known within[] = {
    {"authorization", NAME_AUTHORIZATION},
    {"cookie", NAME_COOKIE},
    {"password", NAME_PHRASE},
    {"passphrase", NAME_PHRASE},
    {"passwd", NAME_PHRASE},
    {"passcode", NAME_PHRASE},
    {"mnemonic", NAME_PHRASE},
    {"recoverykey", NAME_PHRASE},
    {"recoveryphrase", NAME_PHRASE},
    {"seedphrase", NAME_PHRASE},
    {"backupphrase", NAME_PHRASE},
    {"secret", NAME_PHRASE},
    {"credential", NAME_PHRASE},
    {"privatekey", NAME_SECRET},
    {"privkey", NAME_SECRET},
    {"encryptedprv", NAME_SECRET},
    {"xprv", NAME_SECRET},
    {"apikey", NAME_SECRET},
    {"sessionid", NAME_SECRET},
};

/* At the end of a name. */
static const struct known ending[] = {
    {"token", NAME_SECRET},     {"prv", NAME_SECRET},           {"otp", NAME_SECRET},
    {"seed", NAME_PHRASE},      {"pwd", NAME_PHRASE},           {"jwt", NAME_SECRET},
    {"accesskey", NAME_SECRET}, {"signingkey", NAME_SECRET},    {"sharedkey", NAME_SECRET},
    {"masterkey", NAME_SECRET}, {"encryptionkey", NAME_SECRET}, {"sessionkey", NAME_SECRET},
    {"keyshare", NAME_SECRET},  {"privateshare", NAME_SECRET},
};

/* The whole name. "ct" is the ciphertext in SJCL's JSON, which is how BitGo's SDK encrypts keys. */
static const struct known whole[] = {
    {"pass", NAME_PHRASE},       {"phrase", NAME_PHRASE},       {"pin", NAME_SECRET},
    {"sid", NAME_SECRET},        {"ct", NAME_SECRET},           {"wif", NAME_SECRET},
    {"bearer", NAME_SECRET},     {"entropy", NAME_SECRET},      {"tokenhash", NAME_SECRET},
    {"tokenvalue", NAME_SECRET}, {"accesstokens", NAME_SECRET},
};

/* `name` folded into `folded`, at most its last FOLDED_MOST characters. */
static struct span fold(struct span name, char folded[FOLDED_MOST])
{
    size_t at = FOLDED_MOST;
    for (size_t i = name.len; i > 0 && at > 0; i--) {
        char c = name.ptr[i - 1];
        if (c != '-' && c != '_' && c != '.') {
            folded[--at] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        }
    }
    return span(folded + at, FOLDED_MOST - at);
}

enum name_class name_classify(struct span name)
{
    char storage[FOLDED_MOST];
    struct span folded = fold(name, storage);
    if (folded.len < 2) {
        return NAME_HARMLESS;
    }
    for (size_t i = 0; i < sizeof within / sizeof *within; i++) {
        if (span_find(folded, span_of(within[i].text)) >= 0) {
            return within[i].class;
        }
    }
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        if (span_ends(folded, span_of(ending[i].text))) {
            return ending[i].class;
        }
    }
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (span_eq(folded, span_of(whole[i].text))) {
            return whole[i].class;
        }
    }
    return NAME_HARMLESS;
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
