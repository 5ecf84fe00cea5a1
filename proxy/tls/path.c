/* From the server's certificate to a root. OpenSSL builds one path and gives up when that one is
 * bad. Servers send certificates that lead to several roots, one of them expired or cross-signed,
 * and some path may be good all the same (RFC 4158). So when a path fails, each certificate of it
 * that the server sent is left out in turn, and the rest tried again, first with a preference for
 * roots, then with one for what the server sent. A path counts only if it passes strict.c too.
 *
 * A peer can make us try TRIES_MOST times, no more. When all fail, the first failure is told: it is
 * about the path that the server meant. */
#include <openssl/err.h>

#include "context_parts.h"
#include "engine_parts.h"
#include "strict.h"

#define TRIES_MOST 24

struct search {
    X509_STORE_CTX *asked; /* what OpenSSL wants to know */
    struct tls *t;         /* whose handshake it is */
    int tries;
};

static bool is_own(const struct tls_context *context, const X509 *root)
{
    for (int i = 0; i < sk_X509_num(context->own_roots); i++) {
        if (X509_cmp(sk_X509_value(context->own_roots, i), root) == 0) {
            return true;
        }
    }
    return false;
}

/* One try with these certificates between leaf and root; NULL: no memory. The caller frees it. */
static X509_STORE_CTX *try_with(struct search *s, STACK_OF(X509) * between, bool roots_first,
                                int *result)
{
    X509_STORE_CTX *attempt = X509_STORE_CTX_new();
    if (!attempt || X509_STORE_CTX_init(attempt, SSL_CTX_get_cert_store(s->t->context->ssl),
                                        X509_STORE_CTX_get0_cert(s->asked), between) != 1) {
        X509_STORE_CTX_free(attempt);
        return NULL;
    }
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(attempt);
    if (X509_VERIFY_PARAM_set1(param, X509_STORE_CTX_get0_param(s->asked)) != 1) {
        X509_STORE_CTX_free(attempt);
        return NULL;
    }
    if (!roots_first) {
        X509_VERIFY_PARAM_clear_flags(param, X509_V_FLAG_TRUSTED_FIRST);
    }
    s->tries++;
    *result = X509_verify_cert(attempt);
    return attempt;
}

/* Whether the path of `attempt`, which OpenSSL accepts, is good in our eyes; else what is not. */
static bool is_strict(struct search *s, X509_STORE_CTX *attempt, const char **objection)
{
    int at;
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(attempt);
    const X509 *root = sk_X509_value(chain, sk_X509_num(chain) - 1);
    *objection = strict_objection(chain, is_own(s->t->context, root), &at);
    if (*objection) {
        X509_STORE_CTX_set_error(attempt, X509_V_ERR_CERT_REJECTED);
        X509_STORE_CTX_set_current_cert(attempt, sk_X509_value(chain, at));
    }
    return !*objection;
}

static bool search(struct search *s, STACK_OF(X509) * between, bool first);

/* Tries again without each of the path's certificates that is in `between`. */
static bool search_without(struct search *s, const STACK_OF(X509) * path, STACK_OF(X509) * between)
{
    bool found = false;
    for (int i = sk_X509_num(path) - 1; i > 0 && !found && s->tries < TRIES_MOST; i--) {
        int at = sk_X509_find(between, sk_X509_value(path, i));
        STACK_OF(X509) *fewer = at >= 0 ? sk_X509_dup(between) : NULL;
        if (fewer) {
            sk_X509_delete(fewer, at);
            found = search(s, fewer, false);
            sk_X509_free(fewer);
        }
    }
    return found;
}

/* True when a good path was found, which s->asked then has. The first failure is noted. */
static bool search(struct search *s, STACK_OF(X509) * between, bool first)
{
    bool found = false;
    for (int roots_first = 1; roots_first >= 0 && !found && s->tries < TRIES_MOST; roots_first--) {
        int result = 0;
        const char *objection = NULL;
        X509_STORE_CTX *attempt = try_with(s, between, roots_first, &result);
        if (!attempt) {
            X509_STORE_CTX_set_error(s->asked, X509_V_ERR_OUT_OF_MEM);
            return false;
        }
        found = result == 1 && is_strict(s, attempt, &objection);
        if (found) {
            X509_STORE_CTX_set0_verified_chain(s->asked, X509_STORE_CTX_get1_chain(attempt));
            X509_STORE_CTX_set_error(s->asked, X509_V_OK);
        } else {
            if (first && roots_first) {
                verify_blame(s->t, attempt, objection);
                X509_STORE_CTX_set_error(s->asked, X509_STORE_CTX_get_error(attempt));
            }
            found = search_without(s, X509_STORE_CTX_get0_chain(attempt), between);
        }
        X509_STORE_CTX_free(attempt);
    }
    return found;
}

int path_verify(X509_STORE_CTX *asked, void *arg)
{
    (void)arg;
    SSL *ssl = X509_STORE_CTX_get_ex_data(asked, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct search s = {.asked = asked, .t = SSL_get_app_data(ssl)};
    STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(asked);
    bool found = search(&s, sent, true);
    if (found) {
        verify_forget(s.t);
    }
    ERR_clear_error();
    return found;
}
