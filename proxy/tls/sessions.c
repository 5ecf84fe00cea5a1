/* A session stands for a verification that was done: it may only ever be offered to the host whose
 * certificate was verified then, so the host is the key. Ports do not matter for that, because no
 * certificate names one; a server on another port that cannot read the ticket does a full
 * handshake. */
#include "sessions.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct session {
    struct list node;
    SSL_SESSION *session; /* owned */
    char host[];
};

void sessions_init(struct sessions *s)
{
    list_init(&s->recent);
    s->count = 0;
}

static void drop(struct sessions *s, struct session *entry)
{
    list_remove(&entry->node);
    SSL_SESSION_free(entry->session);
    free(entry);
    s->count--;
}

void sessions_release(struct sessions *s)
{
    while (!list_empty(&s->recent)) {
        drop(s, LIST_ITEM(list_pop(&s->recent), struct session, node));
    }
}

/* The entry of host, which becomes the one used last; NULL when there is none. */
static struct session *find(struct sessions *s, const char *host)
{
    for (struct list *node = s->recent.next; node != &s->recent; node = node->next) {
        struct session *entry = LIST_ITEM(node, struct session, node);
        if (strcmp(entry->host, host) == 0) {
            list_remove(node);
            list_push(&s->recent, node);
            return entry;
        }
    }
    return NULL;
}

bool sessions_put(struct sessions *s, const char *host, SSL_SESSION *session)
{
    struct session *entry = find(s, host);
    if (entry) {
        SSL_SESSION_free(entry->session);
        entry->session = session;
        return true;
    }
    size_t size = strlen(host) + 1;
    entry = malloc(sizeof *entry + size);
    if (!entry) {
        return false;
    }
    if (s->count == SESSIONS_MOST) {
        drop(s, LIST_ITEM(s->recent.next, struct session, node));
    }
    entry->session = session;
    memcpy(entry->host, host, size);
    list_push(&s->recent, &entry->node);
    s->count++;
    return true;
}

static bool is_fresh(const SSL_SESSION *session)
{
    long age = (long)time(NULL) - SSL_SESSION_get_time(session);
    long life = SSL_SESSION_get_timeout(session);
    long hint = (long)SSL_SESSION_get_ticket_lifetime_hint(session);
    return SSL_SESSION_is_resumable(session) && age >= 0 && age < life && (hint == 0 || age < hint);
}

SSL_SESSION *sessions_get(struct sessions *s, const char *host)
{
    struct session *entry = find(s, host);
    if (entry && !is_fresh(entry->session)) {
        drop(s, entry);
        entry = NULL;
    }
    return entry ? entry->session : NULL;
}
