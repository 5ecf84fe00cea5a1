/* TLS sessions with upstream hosts, for resuming them: the newest one of each host, the hosts used
 * last. */
#ifndef WHY401_TLS_SESSIONS_H
#define WHY401_TLS_SESSIONS_H

#include <openssl/ssl.h>

#include "why401/base/list.h"

#define SESSIONS_MOST 64

struct sessions {
    struct list recent; /* of struct session; the one used last at the end */
    size_t count;
};

void sessions_init(struct sessions *s);
void sessions_release(struct sessions *s);

/* Keeps session as the newest of host and takes it over. Returns false, session still the caller's,
 * when memory is out. */
bool sessions_put(struct sessions *s, const char *host, SSL_SESSION *session);

/* The session to offer to host, still owned by s; NULL: none that is fresh enough. */
SSL_SESSION *sessions_get(struct sessions *s, const char *host);

#endif
