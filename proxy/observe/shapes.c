/* Shapes of secrets. Each matcher looks at one place of the text and says how far the secret goes.
 * Where a shape is only likely, it must be long enough not to hit ids, addresses and prose. */
#include "shapes.h"

#include "chars.h"
#include "lone_key.h"
#include "userinfo.h"

#define HINT_DISTANCE 24  /* from the word "token" or "bearer" to the digits that it names */
#define KEY_HEAD      120 /* characters of an extended key, of which some are digits */
#define PEM_LABEL     48  /* "-----BEGIN ENCRYPTED PRIVATE KEY-----" and the like */
#define PROSE_MOST    15  /* letters of an ordinary word */
#define WORD_LEAST    40  /* letters and digits of a secret that nothing else gives away */

static size_t run(struct span text, size_t at, bool (*is_part)(char))
{
    size_t end = at;
    while (end < text.len && is_part(text.ptr[end])) {
        end++;
    }
    return end;
}

static bool is_base64(char c)
{
    return is_alnum(c) || one_of(c, "+/=_-");
}

static bool is_jwt(char c)
{
    return is_base64(c) || c == '.';
}

static bool is_alphanumeric(char c)
{
    return is_alnum(c);
}

static bool is_hexadecimal(char c)
{
    return is_hex(c);
}

static bool is_credential(char c)
{
    return !one_of(c, " \t\r\n\"'`,;&<>{}()\\") && c;
}

/* A BitGo access token: v2x and 64 hexadecimal digits, or the beginning of one. In the middle of a
 * word, as a request id is, that must be digits of its kind to be one. */
static size_t match_v2x(struct span text, size_t at)
{
    if (!span_istarts(span_from(text, at), SPAN("v2x"))) {
        return 0;
    }
    bool begins = at == 0 || !is_alnum(text.ptr[at - 1]);
    size_t hex = run(text, at + 3, is_hexadecimal);
    size_t end = run(text, at + 3, is_alphanumeric);
    bool enough = hex - at - 3 >= 8 || (begins && end - at - 3 >= 16);
    bool cut = end == text.len && end > at + 3 && (begins || hex == end);
    return enough || cut ? end : 0;
}

/* An extended private key of BIP 32 or SLIP-132: xprv, yprv, zprv, tprv, uprv, vprv and their kin.
 */
static size_t match_extended_key(struct span text, size_t at)
{
    if (!is_alpha(text.ptr[at]) || !span_starts(span_from(text, at + 1), SPAN("prv"))) {
        return 0;
    }
    /* A key has digits soon; without this bound xprvxprvxprv… would cost the square of its length.
     */
    size_t digit = at + 4;
    while (digit < text.len && digit < at + KEY_HEAD && is_alpha(text.ptr[digit])) {
        digit++;
    }
    bool digits = is_digit(byte_at(text, digit));
    size_t end = digits ? run(text, digit, is_alphanumeric) : digit;
    return digits && (end - at >= 20 || end == text.len) ? end : 0;
}

/* {"… in base64: the head of a JSON Web Token, or JSON that somebody wrapped. */
static size_t match_jwt(struct span text, size_t at)
{
    if (!span_starts(span_from(text, at), SPAN("eyJ"))) {
        return 0;
    }
    size_t end = run(text, at, is_jwt);
    return end - at >= 16 || end == text.len ? end : 0;
}

/* From -----BEGIN … PRIVATE KEY up to the end of its END line. */
static size_t match_pem(struct span text, size_t at)
{
    struct span rest = span_from(text, at);
    if (!span_starts(rest, SPAN("-----BEGIN"))) {
        return 0;
    }
    struct span label = span_first(rest, PEM_LABEL);
    if (span_find(label, SPAN("PRIVATE KEY")) < 0 && span_find(label, SPAN("PRIVATE+KEY")) < 0 &&
        rest.len >= PEM_LABEL) {
        return 0;
    }
    ptrdiff_t end = span_find(rest, SPAN("-----END"));
    if (end < 0) {
        return text.len;
    }
    struct span tail = span_first(span_from(rest, (size_t)end + 8), PEM_LABEL);
    ptrdiff_t dashes = span_find(tail, SPAN("-----"));
    return at + (size_t)end + 8 + (dashes >= 0 ? (size_t)dashes + 5 : 0);
}

/* An ordinary word, as follows "bearer" and "basic" in a sentence, or a parameter of
 * WWW-Authenticate. */
static bool is_prose(struct span word)
{
    static const struct span parameters[] = {{"realm=", 6}, {"error=", 6}, {"scope=", 6}};
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        if (span_istarts(word, parameters[i])) {
            return true;
        }
    }
    while (word.len && one_of(word.ptr[word.len - 1], ".:?!")) {
        word.len--;
    }
    for (size_t i = 0; i < word.len; i++) {
        if (!is_alpha(word.ptr[i]) || (i > 0 && word.ptr[i] < 'a')) {
            return false;
        }
    }
    return word.len <= PROSE_MOST;
}

/* "Bearer " or "Basic " and a credential; *start is moved to the credential. */
static size_t match_credential(struct span text, size_t at, size_t *start)
{
    struct span rest = span_from(text, at);
    size_t scheme = span_istarts(rest, SPAN("bearer"))  ? 6
                    : span_istarts(rest, SPAN("basic")) ? 5
                                                        : 0;
    size_t first = at + scheme;
    while (scheme && one_of(byte_at(text, first), " \t+")) {
        first++;
    }
    if (!scheme || first == at + scheme) {
        return 0;
    }
    size_t end = run(text, first, is_credential);
    struct span word = span(text.ptr + first, end - first);
    if (is_prose(word) || (scheme == 5 && word.len < 6)) {
        return 0;
    }
    *start = first;
    return end;
}

static bool hinted(struct span text, size_t at)
{
    size_t from = at > HINT_DISTANCE ? at - HINT_DISTANCE : 0;
    struct span before = span(text.ptr + from, at - from);
    return span_ifind(before, SPAN("token")) >= 0 || span_ifind(before, SPAN("bearer")) >= 0;
}

/* A word of letters and digits that is a secret as a whole. */
static size_t match_word(struct span text, size_t at)
{
    size_t end = run(text, at, is_alphanumeric);
    struct span word = span(text.ptr + at, end - at);
    bool token = word.len >= WORD_LEAST && span_is_hex(word, false) && hinted(text, at);
    return token || is_lone_key(word) ? end : 0;
}

/* A word begins that is long enough for match_word. */
static bool long_word_begins(struct span text, size_t at)
{
    return at + WORD_LEAST <= text.len && is_alnum(text.ptr[at + WORD_LEAST - 1]) &&
           is_alnum(text.ptr[at]) && (at == 0 || !is_alnum(text.ptr[at - 1]));
}

/* The end of the secret at `at`, which begins at *start; 0 when there is none. */
static size_t match(struct span text, size_t at, size_t *start)
{
    size_t end = 0;
    *start = at;
    switch (text.ptr[at]) {
    case 'v':
    case 'V':
        end = match_v2x(text, at);
        break;
    case 'e':
        end = match_jwt(text, at);
        break;
    case '-':
        return match_pem(text, at);
    case ':':
    case '/':
    case 'C':
    case 'H':
    case 'h':
        end = userinfo_match(text, at, start);
        break;
    case 'b':
    case 'B':
        end = match_credential(text, at, start);
        break;
    default:
        break;
    }
    if (!end && byte_at(text, at + 1) == 'p') {
        *start = at;
        end = match_extended_key(text, at);
    }
    if (!end && long_word_begins(text, at)) {
        *start = at;
        end = match_word(text, at);
    }
    return end;
}

/* The first two bytes of each shape but words: v2x, eyJ, -----, :// and //, CONNECT and Host, be
 * and ba, and xprv. */
static bool may_begin(char c, char next)
{
    switch (c) {
    case 'v':
    case 'V':
        return next == '2' || next == 'p';
    case 'e':
        return next == 'y' || next == 'p';
    case '-':
        return next == '-' || next == 'p';
    case ':':
    case '/':
        return next == '/' || next == 'p';
    case 'C':
    case 'H':
    case 'h':
        return (next | 0x20) == 'o' || next == 'p';
    case 'b':
    case 'B':
        return (next | 0x20) == 'a' || (next | 0x20) == 'e' || next == 'p';
    default:
        return next == 'p';
    }
}

void shapes_mark(const struct view *v)
{
    struct span text = v->text;
    size_t at = 0;
    while (at < text.len) {
        size_t start;
        if (!may_begin(text.ptr[at], byte_at(text, at + 1)) && !long_word_begins(text, at)) {
            at++;
            continue;
        }
        size_t end = match(text, at, &start);
        if (end > start) {
            view_mark(v, start, end);
        }
        at = end > at ? end : at + 1;
    }
    view_mark(v, find_cut_key(text), text.len);
}
