/* The happy path: a place is taken where the lookup has to, a thread of libuv's pool asks the
 * system's resolver, and `done` is called in the worker's thread.
 *
 * The resolver keeps its thread for as long as a name's servers do not answer, many seconds, and
 * cannot be interrupted. The pool has few threads, and libuv's own uv_getaddrinfo uses only half of
 * them. So lookups for hosts that clients choose yield: together they never have all threads, and a
 * client that asks for names of dead servers holds up its like, but not the way to the upstreams.
 */
#include "lookup.h"

#include <errno.h>
#include <netdb.h>
#include <stdatomic.h>
#include <string.h>

#include "why401/base/ip.h"

/* Of the 4 threads that libuv starts where nobody says otherwise. */
#define PLACES 3

static atomic_int taken; /* of these places, in the whole process */

static bool take_place(void)
{
    if (atomic_fetch_add(&taken, 1) < PLACES) {
        return true;
    }
    atomic_fetch_sub(&taken, 1);
    return false;
}

static void resolve(uv_work_t *work)
{
    struct lookup *l = work->data;
    const struct addrinfo hints = {
        .ai_socktype = SOCK_STREAM,
        .ai_flags = l->numeric ? AI_NUMERICHOST : 0,
    };
    l->failure = getaddrinfo(l->name, NULL, &hints, &l->found);
    l->system_failure = errno;
}

static void on_done(uv_work_t *work, int status)
{
    struct lookup *l = work->data;
    if (l->yields) {
        atomic_fetch_sub(&taken, 1);
    }
    if (status != 0) {
        l->failure = EAI_AGAIN; /* cancelled before it began */
    }
    l->done(l->ctx);
}

int lookup_start(struct lookup *l, uv_loop_t *loop, bool yields)
{
    struct ip literal;
    l->numeric = ip_parse(span_of(l->name), &literal);
    /* What is an address already takes no time. */
    l->yields = yields && !l->numeric;
    if (l->yields && !take_place()) {
        return UV_EBUSY;
    }
    l->work.data = l;
    int rc = uv_queue_work(loop, &l->work, resolve, on_done);
    if (rc != 0 && l->yields) {
        atomic_fetch_sub(&taken, 1);
    }
    return rc;
}

void lookup_cancel(struct lookup *l)
{
    uv_cancel((uv_req_t *)&l->work);
}

const char *lookup_reason(const struct lookup *l)
{
    return l->failure == EAI_SYSTEM ? strerror(l->system_failure) : gai_strerror(l->failure);
}
