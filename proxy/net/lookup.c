/* The happy path: a lookup takes a place, a thread of its own asks the system's resolver and rings,
 * the loop wakes in its thread, and `done` is called with the answer. What is an address already is
 * read at once and rings too.
 *
 * The resolver cannot be interrupted: where a name's servers do not answer it takes many seconds.
 * So nobody has to wait for it. A lookup has two holders, the thread and the loop, and the last of
 * them frees it; after lookup_cancel the loop has let go, and an answer that still comes is thrown
 * away. Such a thread keeps its place, and places are few; lookups for hosts that clients choose
 * never take the last of them, so that a client that asks for names of dead servers holds up its
 * like, but not the way to the upstreams.
 */
#include "lookup.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "shortage.h"
#include "why401/base/ip.h"

/* Threads at a time in the whole process, and those of them that yielding lookups may have. */
#define PLACES          16
#define PLACES_YIELDING 8

static atomic_int taken;
static atomic_int taken_yielding;

struct lookup {
    struct lookup_question question; /* its name is the one below */
    uv_async_t bell;                 /* rung when there is an answer; keeps the loop alive */
    struct addrinfo *found;          /* owned until it is told */
    int failure;                     /* of getaddrinfo; 0: none */
    int system_failure;              /* what it left in errno; 0: nothing */
    pthread_mutex_t lock;            /* guards those below */
    bool over;                       /* the loop closes the bell, which must not be rung any more */
    int holders;                     /* of the thread and the loop */
    char name[];
};

static void let_go(struct lookup *l)
{
    pthread_mutex_lock(&l->lock);
    bool last = --l->holders == 0;
    pthread_mutex_unlock(&l->lock);
    if (!last) {
        return;
    }
    if (l->found) {
        freeaddrinfo(l->found);
    }
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static bool take(atomic_int *count, int most)
{
    if (atomic_fetch_add(count, 1) < most) {
        return true;
    }
    atomic_fetch_sub(count, 1);
    return false;
}

static bool take_place(bool yields)
{
    if (yields && !take(&taken_yielding, PLACES_YIELDING)) {
        return false;
    }
    if (take(&taken, PLACES)) {
        return true;
    }
    if (yields) {
        atomic_fetch_sub(&taken_yielding, 1);
    }
    return false;
}

static void give_place(bool yields)
{
    atomic_fetch_sub(&taken, 1);
    if (yields) {
        atomic_fetch_sub(&taken_yielding, 1);
    }
}

static void resolve(struct lookup *l, int flags)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags};
    errno = 0;
    l->failure = getaddrinfo(l->question.name, NULL, &hints, &l->found);
    l->system_failure = errno;
}

static void ring(struct lookup *l)
{
    pthread_mutex_lock(&l->lock);
    if (!l->over) {
        uv_async_send(&l->bell);
    }
    pthread_mutex_unlock(&l->lock);
}

static void *ask(void *arg)
{
    struct lookup *l = arg;
    resolve(l, 0);
    give_place(l->question.yields);
    ring(l);
    let_go(l);
    return NULL;
}

static void on_closed(uv_handle_t *bell)
{
    let_go(bell->data);
}

void lookup_cancel(struct lookup *l)
{
    pthread_mutex_lock(&l->lock);
    l->over = true;
    pthread_mutex_unlock(&l->lock);
    uv_close((uv_handle_t *)&l->bell, on_closed);
}

/* The resolver could not look everywhere. When it is not allowed to open its files, and has no
 * socket to ask by, it may call that a name that nobody knows; only errno tells then. */
static int shortage_of(const struct lookup *l)
{
    int by_system = uv_translate_sys_error(l->system_failure);
    return l->failure == EAI_MEMORY               ? UV_ENOMEM
           : shortage_code(by_system) != ERR_NONE ? by_system
                                                  : 0;
}

static void on_bell(uv_async_t *bell)
{
    struct lookup *l = bell->data;
    char text[SHORTAGE_TEXT_SIZE];
    lookup_cancel(l); /* it is freed when this callback is over, not before */
    struct lookup_answer answer = {.found = l->found};
    l->found = NULL;
    if (l->failure != 0) {
        answer.shortage = shortage_of(l);
        answer.reason = answer.shortage            ? shortage_reason(answer.shortage, text)
                        : l->failure == EAI_SYSTEM ? strerror(l->system_failure)
                                                   : gai_strerror(l->failure);
    }
    l->question.done(l->question.ctx, &answer);
}

static struct lookup *lookup_new(uv_loop_t *loop, const struct lookup_question *question)
{
    size_t size = strlen(question->name) + 1;
    struct lookup *l = calloc(1, sizeof *l + size);
    if (!l || uv_async_init(loop, &l->bell, on_bell) != 0) {
        free(l);
        return NULL;
    }
    l->question = *question;
    l->question.name = memcpy(l->name, question->name, size);
    l->holders = 1;
    l->bell.data = l;
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

static int start_thread(struct lookup *l)
{
    pthread_t thread;
    l->holders++;
    if (pthread_create(&thread, NULL, ask, l) != 0) {
        l->holders--;
        return UV_ENOMEM; /* for its stack, or the system wants no more threads */
    }
    pthread_detach(thread);
    return 0;
}

static int read_at_once(struct lookup *l)
{
    resolve(l, AI_NUMERICHOST);
    ring(l);
    return 0;
}

int lookup_start(struct lookup **out, uv_loop_t *loop, const struct lookup_question *question)
{
    struct ip address;
    bool is_address = ip_parse(span_of(question->name), &address);
    if (!is_address && !take_place(question->yields)) {
        return UV_EBUSY;
    }
    struct lookup *l = lookup_new(loop, question);
    int rc = !l ? UV_ENOMEM : is_address ? read_at_once(l) : start_thread(l);
    if (rc == 0) {
        *out = l;
        return 0;
    }
    if (!is_address) {
        give_place(question->yields);
    }
    if (l) {
        lookup_cancel(l);
    }
    return rc;
}
