/* The subject of an HMAC, its parts divided by '|' (BitGoJS modules/sdk-hmac):
 *
 *     version 2:            time | path?query | body
 *     version 3:  METHOD | time | 3.0 | path?query | body
 *
 * The key is the raw token. When the HMAC that came is another, the parts are varied one at a time
 * in the ways in which clients and gateways are known to get them wrong; the variation that gives
 * the HMAC that came says what was signed in place of what was sent. */
#include "verify.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "path_form.h"
#include "signing.h"

#define HMAC_BYTES 32

struct subject {
    struct span key;
    struct span method;
    struct span stamp;
    struct span path; /* with the query */
    struct span body;
    bool v3;
};

static bool mac_parts(EVP_MAC_CTX *ctx, const struct subject *s)
{
    const struct span bar = SPAN("|");
    const struct span parts_2[] = {s->stamp, bar, s->path, bar, s->body};
    const struct span parts_3[] = {s->method, bar,     s->stamp, bar,    SPAN("3.0"),
                                   bar,       s->path, bar,      s->body};
    const struct span *parts = s->v3 ? parts_3 : parts_2;
    size_t count = s->v3 ? sizeof parts_3 / sizeof *parts_3 : sizeof parts_2 / sizeof *parts_2;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len &&
            EVP_MAC_update(ctx, (const unsigned char *)parts[i].ptr, parts[i].len) != 1) {
            return false;
        }
    }
    return true;
}

static bool mac_of(EVP_MAC *mac, const struct subject *s, unsigned char out[HMAC_BYTES])
{
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    size_t len = 0;
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
    bool done = ctx &&
                EVP_MAC_init(ctx, (const unsigned char *)s->key.ptr, s->key.len, params) == 1 &&
                mac_parts(ctx, s) && EVP_MAC_final(ctx, out, &len, HMAC_BYTES) == 1;
    EVP_MAC_CTX_free(ctx);
    return done && len == HMAC_BYTES;
}

/* Whether `hmac`, in hex, is that of s. A library that fails is no reason to accuse a client. */
static bool fits(EVP_MAC *mac, const struct subject *s, struct span hmac)
{
    unsigned char bytes[HMAC_BYTES];
    char hex[2 * HMAC_BYTES + 1];
    if (!mac_of(mac, s, bytes)) {
        return true;
    }
    for (size_t i = 0; i < HMAC_BYTES; i++) {
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    }
    return span_ieq(hmac, span_of(hex));
}

/* A variation: changes s and returns true, or false when it would change nothing. Scratch memory
 * comes from x's arena. */
typedef bool vary_fn(struct subject *s, struct exchange *x);

static bool without_prefix(struct subject *s, struct exchange *x)
{
    (void)x;
    struct span rest = path_without_prefix(s->path);
    s->path = rest;
    return rest.len > 0;
}

static bool with_single_slashes(struct subject *s, struct exchange *x)
{
    size_t path_len = x->target.path.len; /* a query keeps its slashes */
    struct span copy = arena_copy(&x->arena, s->path);
    char *to = arena_alloc(&x->arena, s->path.len + 1);
    size_t len = 0;
    if (!copy.ptr || !to) {
        return false;
    }
    for (size_t i = 0; i < copy.len; i++) {
        bool doubled = i > 0 && i < path_len && copy.ptr[i] == '/' && copy.ptr[i - 1] == '/';
        if (!doubled) {
            to[len++] = copy.ptr[i];
        }
    }
    s->path = span(to, len);
    return len < copy.len;
}

static bool without_body(struct subject *s, struct exchange *x)
{
    (void)x;
    bool had = s->body.len > 0;
    s->body = span(NULL, 0);
    return had;
}

static bool without_query(struct subject *s, struct exchange *x)
{
    ptrdiff_t at = span_find(s->path, SPAN("?"));
    (void)x;
    s->path = span_first(s->path, at < 0 ? s->path.len : (size_t)at);
    return at >= 0;
}

static bool with_seconds(struct subject *s, struct exchange *x)
{
    (void)x;
    bool is_ms = s->stamp.len > 10;
    s->stamp = span_first(s->stamp, s->stamp.len > 3 ? s->stamp.len - 3 : 0);
    return is_ms;
}

static bool with_decoded_path(struct subject *s, struct exchange *x)
{
    struct str plain;
    str_init(&plain, 64UL * 1024);
    percent_decode(&plain, s->path, false);
    bool other = !plain.failed && plain.len < s->path.len;
    struct span copy = other ? arena_copy(&x->arena, str_span(&plain)) : span(NULL, 0);
    str_release(&plain);
    s->path = copy;
    return copy.len > 0;
}

static bool with_other_version(struct subject *s, struct exchange *x)
{
    (void)x;
    s->v3 = !s->v3;
    return true;
}

static bool with_hash_as_key(struct subject *s, struct exchange *x)
{
    s->key = signing_of(&x->request.head).bearer;
    return s->key.len > 0;
}

static const struct {
    vary_fn *vary;
    const char *what; /* "it fits a request …" */
} variations[] = {
    {without_prefix,
     "whose path begins with BitGo's own part, so the prefix was added after signing"},
    {with_single_slashes, "without the double slash in the path"},
    {without_body, "with no body; the body that was sent has to be signed"},
    {without_query, "whose path has no query; the query belongs to what is signed"},
    {with_seconds, "whose time is in seconds, but Auth-Timestamp is in milliseconds"},
    {with_decoded_path,
     "whose path is not percent-encoded; the path has to be signed as it is sent"},
    {with_other_version, "of the other version; BitGo-Auth-Version and the subject do not agree"},
    {with_hash_as_key,
     "signed with the token's SHA-256 as the key, where the token itself is the key"},
};

static const char *explanation(EVP_MAC *mac, const struct subject *s, struct exchange *x,
                               struct span hmac)
{
    for (size_t i = 0; i < sizeof variations / sizeof *variations; i++) {
        struct subject varied = *s;
        if (variations[i].vary(&varied, x) && fits(mac, &varied, hmac)) {
            return variations[i].what;
        }
    }
    return NULL;
}

static void judge(struct exchange *x, EVP_MAC *mac, const struct subject *s, struct span hmac)
{
    if (fits(mac, s, hmac)) {
        return;
    }
    const char *what = explanation(mac, s, x, hmac);
    if (what) {
        exchange_find(x, "signature.wrong", SEVERITY_PROBLEM,
                      "The HMAC does not fit the request that was sent: it fits a request %s.",
                      what);
    } else {
        exchange_find(
            x, "signature.wrong", SEVERITY_PROBLEM,
            "The HMAC does not fit the request that was sent: it was made with another token, "
            "or over another time, path or body.");
    }
}

static bool body_is_whole(const struct message *m)
{
    return m->complete && !m->body.truncated && m->body.len == m->body_bytes &&
           !http_field(&m->head, SPAN("Content-Encoding"));
}

void verify_signature(struct exchange *x, const struct token_store *store)
{
    struct signing sign = signing_of(&x->request.head);
    bool v3 = span_eq(sign.version, SPAN("3.0"));
    if (x->token.form != TOKEN_SDK || !sign.hmac.len || !sign.timestamp.len ||
        !(v3 || span_eq(sign.version, SPAN("2.0"))) || !body_is_whole(&x->request)) {
        return;
    }
    struct subject s = {
        .key = token_store_find(store, x->token.fingerprint),
        .method = x->request.head.method,
        .stamp = sign.timestamp,
        .path = x->target.local,
        .body = span(x->request.body.data, x->request.body.len),
        .v3 = v3,
    };
    EVP_MAC *mac = s.key.len ? EVP_MAC_fetch(NULL, "HMAC", NULL) : NULL;
    if (mac) {
        judge(x, mac, &s, sign.hmac);
    }
    EVP_MAC_free(mac);
}
