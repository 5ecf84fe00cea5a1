/* The variables of a child of `why401 exec`: the parent's, without those that would lead it past
 * the proxy, and with those that make each runtime use the proxy and trust our certificate. The
 * list is the table in proxy/child/variables.c. One thread. */
#ifndef WHY401_CHILD_ENVIRONMENT_H
#define WHY401_CHILD_ENVIRONMENT_H

#include "why401/base/str.h"
#include "why401/child/place.h"

struct child_environment_options {
    char *const *parent;             /* as environ */
    const struct child_place *place; /* made from the same parent and port */
    unsigned port;                   /* of the proxy, on 127.0.0.1 */
    const char *hosts;          /* captured besides BitGo's own: names with commas between them;
                                   NULL: none */
    const char *custom_network; /* "testnet" or "bitcoin": BitGo's SDK is to talk to our own
                                   port, as its environment "custom"; NULL: it is left alone */
};

struct child_environment {
    char **variables; /* NAME=value, the last one NULL, for execve; owned */
    size_t count;     /* without the NULL */
    struct str list; /* what was set and dropped, for people: a line each, NAME=value, with … for a
                        part that came from the parent, or "NAME (dropped)"; no value of the
                        parent's is in it, which may hold a password */
};

/* Returns 0, or -1 with ERR_MEMORY and nothing to release. It copies all that it keeps. */
int child_environment_init(struct child_environment *environment,
                           const struct child_environment_options *options, struct err *err);
void child_environment_release(struct child_environment *environment);

#endif
