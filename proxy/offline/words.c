/* In a sentence nothing separates the name of a secret from the secret. So the word behind
 * "password" and its kin is hidden, unless it is one of those that people say about passwords;
 * behind "token" and "key", which stand in every other sentence, only what no dictionary has: a
 * long word with a digit in it. */
#include "why401/offline/words.h"

#include "why401/observe/redact.h"

#define HIDDEN      SPAN("[redacted]")
#define LONG_ENOUGH 6

enum expecting { NOTHING, A_SECRET, A_LONG_SECRET };

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_one_of(struct span word, const char *const *words)
{
    for (; *words; words++) {
        if (span_ieq(word, span_of(*words))) {
            return true;
        }
    }
    return false;
}

/* A word without the punctuation around it. */
static struct span bare(struct span word)
{
    static const char marks[] = ".,;:!?\"'()[]`";
    while (word.len && strchr(marks, word.ptr[0])) {
        word = span_from(word, 1);
    }
    while (word.len && strchr(marks, word.ptr[word.len - 1])) {
        word.len--;
    }
    return word;
}

static bool has_digit(struct span word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] >= '0' && word.ptr[i] <= '9') {
            return true;
        }
    }
    return false;
}

static bool is_secret(struct span word, enum expecting expecting)
{
    static const char *const said_of_passwords[] = {
        "error",     "errors",  "mismatch", "does",     "doesn't", "do",         "not",
        "incorrect", "wrong",   "correct",  "for",      "of",      "to",         "in",
        "on",        "at",      "the",      "a",        "an",      "we",         "i",
        "it",        "when",    "that",     "and",      "or",      "with",       "while",
        "invalid",   "expired", "failed",   "fails",    "reset",   "ccm",        "tag",
        "change",    "changed", "field",    "required", "needed",  "[redacted]", "",
        NULL};
    if (expecting == A_SECRET) {
        return !is_one_of(word, said_of_passwords);
    }
    return expecting == A_LONG_SECRET && word.len >= LONG_ENOUGH && has_digit(word) &&
           !memchr(word.ptr, '/', word.len);
}

/* What may follow this word. "My password is" goes on expecting. */
static enum expecting after(struct span word, enum expecting before)
{
    static const char *const names[] = {"password", "passphrase", "passcode", "otp",
                                        "pin",      "secret",     "mnemonic", NULL};
    static const char *const common[] = {"token", "key", "code", "bearer", NULL};
    static const char *const links[] = {"is", "was", "=", ":", "-", "", NULL};
    return is_one_of(word, names)    ? A_SECRET
           : is_one_of(word, common) ? A_LONG_SECRET
           : is_one_of(word, links)  ? before
                                     : NOTHING;
}

static void hide_words(struct str *out, struct span rest)
{
    enum expecting expecting = NOTHING;
    while (rest.len) {
        size_t len = 0;
        bool space = is_space(rest.ptr[0]);
        while (len < rest.len && is_space(rest.ptr[len]) == space) {
            len++;
        }
        struct span word = bare(span_first(rest, len));
        bool linking = after(word, A_SECRET) != NOTHING;
        if (!space && !linking && is_secret(word, expecting)) {
            str_add(out, HIDDEN);
            expecting = NOTHING;
        } else {
            str_add(out, span_first(rest, len));
            expecting = space ? expecting : after(word, expecting);
        }
        rest = span_from(rest, len);
    }
}

void words_redact(struct str *out, struct span text)
{
    struct str redacted;
    str_init(&redacted, 4 * text.len + 1024);
    redact_text(&redacted, text);
    hide_words(out, str_span(&redacted));
    if (redacted.ptr) {
        explicit_bzero(redacted.ptr, redacted.len);
    }
    str_release(&redacted);
}
