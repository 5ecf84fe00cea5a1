#include "token_store.h"

#include "creation.h"
#include "signing.h"
#include "token.h"
#include "why401/exchange/body.h"

#define ANSWER_MOST (64UL * 1024) /* bytes of an answer with a token in it */

void token_store_add(struct token_store *s, struct span raw)
{
    char fingerprint[FINGERPRINT_SIZE];
    enum token_look look = token_look(raw);
    if (look != LOOK_RAW && look != LOOK_LEGACY && look != LOOK_DIGEST) {
        return;
    }
    token_fingerprint(raw, false, fingerprint);
    if (!fingerprint[0] || token_store_find(s, fingerprint).len) {
        return;
    }
    struct stored_token *place = &s->tokens[s->next];
    s->next = (s->next + 1) % STORE_TOKENS;
    explicit_bzero(place, sizeof *place);
    memcpy(place->fingerprint, fingerprint, FINGERPRINT_SIZE);
    memcpy(place->raw, raw.ptr, raw.len);
    place->len = (uint8_t)raw.len;
}

/* Places are filled one after the other, so behind a free one there is none. */
struct span token_store_find(const struct token_store *s, const char *fingerprint)
{
    for (size_t i = 0; fingerprint[0] && i < STORE_TOKENS && s->tokens[i].fingerprint[0]; i++) {
        const struct stored_token *t = &s->tokens[i];
        if (memcmp(t->fingerprint, fingerprint, FINGERPRINT_SIZE - 1) == 0) {
            return span(t->raw, t->len);
        }
    }
    return span(NULL, 0);
}

/* A raw bearer whose fingerprint is known costs no hashing. */
static void learn_bearer(struct token_store *s, const struct exchange *x)
{
    bool raw = x->token.form == TOKEN_RAW || x->token.form == TOKEN_LEGACY;
    if (raw && !token_store_find(s, x->token.fingerprint).len) {
        token_store_add(s, signing_of(&x->request.head).bearer);
    }
}

static bool answers_with_token(const struct exchange *x)
{
    struct span path = x->target.path;
    int status = x->response.head.status;
    return status >= 200 && status < 300 && span_eq(x->request.head.method, SPAN("POST")) &&
           (is_token_creation(x) || span_ends(path, SPAN("/user/login")) ||
            span_ends(path, SPAN("/auth/v1/session")) || span_ends(path, SPAN("/oauth/token")));
}

/* Scanned and not parsed, so that no copy is left in freed memory that cannot be wiped. */
static void learn_answer(struct token_store *s, const struct exchange *x)
{
    struct str text;
    str_init(&text, ANSWER_MOST);
    body_text(&x->response, &text);
    token_store_add(s, body_scan(str_span(&text), SPAN("token")));
    token_store_add(s, body_scan(str_span(&text), SPAN("access_token")));
    if (text.ptr) {
        explicit_bzero(text.ptr, text.cap);
    }
    str_release(&text);
}

void token_store_learn(struct token_store *s, const struct exchange *x)
{
    learn_bearer(s, x);
    if (answers_with_token(x)) {
        learn_answer(s, x);
    }
}

void token_store_wipe(struct token_store *s)
{
    explicit_bzero(s, sizeof *s);
}
