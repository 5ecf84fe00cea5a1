/* A wallet's passphrase and a private key belong to BitGo Express or the SDK, which use them on the
 * user's own machine. In a body that goes to BitGo's hosts they have left that machine, and it is
 * no use: the platform has no such parameter. The body is scanned where it lies and not parsed, so
 * no copy of a secret is made. */
#include "passphrase.h"

#include "why401/exchange/body.h"

static const struct span names[] = {
    {"walletPassphrase", 16},
    {"passphrase", 10},
    {"prv", 3},
};

static bool is_platform(enum environment e)
{
    return e == ENVIRONMENT_PROD || e == ENVIRONMENT_TEST || e == ENVIRONMENT_OTHER;
}

void inspect_passphrase(struct exchange *x, enum environment environment)
{
    struct span body = span(x->request.body.data, x->request.body.len);
    if (!body.len || !is_platform(environment)) {
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (span_find(body, names[i]) >= 0 && body_scan(body, names[i]).len) {
            exchange_find(
                x, "secret.passphrase-to-platform", SEVERITY_WARNING,
                "The body holds %.*s and went to BitGo's platform, which has no use for it; "
                "it belongs to BitGo Express on your own machine. Change it if it is real.",
                SPAN_ARG(names[i]));
            return;
        }
    }
}
