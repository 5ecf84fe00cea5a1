/* Inspectors: they read a request head, before anything goes upstream, and note findings in the
 * exchange. Stateless and quick; they run in the worker because enforcement needs their word. They
 * never see a socket. */
#ifndef WHY401_INSPECT_INSPECT_H
#define WHY401_INSPECT_INSPECT_H

#include "why401/exchange/exchange.h"
#include "why401/inspect/allowlist.h"
#include "why401/inspect/environment.h"

struct passport_desk; /* passport.h */

/* What the inspectors may know besides the exchange; immutable while any exchange uses it. */
struct inspect_options {
    struct allowlist *allowlist; /* NULL: no list at all */
    bool enforce;                /* a denied source is answered 403 here */
    struct ip *egress_ips;       /* addresses that BitGo sees for us */
    size_t egress_ip_count;
    struct cidr *trusted_peers; /* peers whose X-Forwarded-For counts */
    size_t trusted_peer_count;
    bool read_only;             /* what can move money is answered 403 here */
    bool refuse_production;     /* so is what goes to BitGo's production environment */
    struct passport_desk *desk; /* what is known of tokens; NULL: nothing is */
};

/* Runs the inspectors of bearer, source address, environment, signature, path's form, passport and
 * guard, in this order, on x->request.head. Returns 0, or -1 with ERR_SOURCE_DENIED, ERR_PRODUCTION
 * or ERR_READ_ONLY when the request must not go upstream. */
int inspect_request(struct exchange *x, const struct inspect_options *options, struct err *err);

/* What a person should hear at once, before BitGo answers: what is known of the token speaks
 * against the request. The first such finding, or NULL. */
const struct finding *inspect_urgent(const struct exchange *x);

/* One inspector each. Findings they note are listed in proxy/inspect/README.md, id by id.
 * inspect_bearer recognises a token in a wrong wrapping (quotes, white space, extra words), too; a
 * finding says then that it is of no use so. inspect_source reads what inspect_bearer found. */
void inspect_bearer(struct exchange *x);
void inspect_source(struct exchange *x, const struct inspect_options *options);
void inspect_environment(struct exchange *x, enum environment environment);

/* The safety catches: -1 with ERR_PRODUCTION or ERR_READ_ONLY for a request that one of them stops,
 * which it notes as a finding, too. */
int inspect_guard(struct exchange *x, const struct inspect_options *options, struct err *err);

/* The one of them that asks for no more than x->host: -1 with ERR_PRODUCTION. */
int inspect_production(struct exchange *x, const struct inspect_options *options, struct err *err);

/* Routes that carry no Authorization by design: nothing about a bearer is a finding there. OPTIONS
 * never needs one. */
bool route_needs_no_bearer(struct span method, struct span path);

/* A good answer on this route says something about a token, so its body is worth looking at. */
bool route_tells_of_tokens(struct span path);

/* The fingerprint of a raw token, or of its SHA-256 in hex when `hashed`; "" when there is none. */
void token_fingerprint(struct span token, bool hashed, char fingerprint[FINGERPRINT_SIZE]);

#endif
