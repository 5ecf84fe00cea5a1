/* Which inspector looks at which finished exchange. A success of a route that no inspector is about
 * costs a few comparisons, and a look into two small tables for its token. */
#include "why401/inspect/finished.h"

#include <stdlib.h>

#include "answered.h"
#include "creation.h"
#include "passphrase.h"
#include "rate.h"
#include "token_store.h"
#include "verify.h"

struct inspect_memory {
    struct token_store tokens;
    struct rate_table rates;
};

struct inspect_memory *inspect_memory_new(void)
{
    return calloc(1, sizeof(struct inspect_memory));
}

void inspect_memory_free(struct inspect_memory *m)
{
    if (m) {
        token_store_wipe(&m->tokens);
        free(m);
    }
}

/* What an answer of the upstream says; the proxy's own answers are no news to it. */
static void inspect_answer(struct exchange *x)
{
    int status = x->response.head.status;
    if (x->maker != MAKER_UPSTREAM) {
        return;
    }
    if (status >= 300 && status < 400) {
        inspect_redirect(x);
    } else if (status >= 400) {
        inspect_maker(x);
        inspect_answer_clock(x);
    }
}

void inspect_finished(struct exchange *x, struct inspect_memory *m)
{
    token_store_learn(&m->tokens, x);
    rate_count(&m->rates, x);
    if (x->request.body.len) {
        if (is_token_creation(x)) {
            inspect_creation(x, environment_of(x));
        }
        inspect_passphrase(x, environment_of(x));
    }
    inspect_answer(x);
    if (x->response.head.status >= 400) {
        verify_signature(x, &m->tokens); /* a signature that BitGo took needs no second opinion */
    }
}
