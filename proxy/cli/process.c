#include "process.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "say.h"

/* Descriptors for everything but connections: standard streams, logs, loops, listening sockets. */
#define DESCRIPTORS_ASIDE 64

static void (*last_act)(void); /* set before the handler that reads it is installed */

void process_protect(void)
{
    struct rlimit core;
    /* The hard limit stays: a command that exec runs gets its own back. */
    bool known = getrlimit(RLIMIT_CORE, &core) == 0;
    core.rlim_cur = 0;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || !known || setrlimit(RLIMIT_CORE, &core) != 0) {
        say("warning: core dumps could not be switched off, and they may hold tokens");
    }
}

/* Exchanges take some memory and give it back, thousands of times a second: glibc is not to return
 * it to the system each time and ask for it again. */
#define HEAP_KEPT   (4 << 20) /* bytes free at the top of a heap before it shrinks */
#define HEAP_GROWS  (1 << 20) /* bytes that are asked for at a time */
#define MAPPED_FROM (8 << 20) /* bytes of a piece that gets pages of its own */

void process_keep_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
    mallopt(M_TOP_PAD, HEAP_GROWS);
    /* Said with the others, because with any of them glibc stops finding out by itself that the
     * buffers of big bodies are no single large pieces to map and unmap. */
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
#endif
}

static void waited_for(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGUSR1);
}

void signals_block(void)
{
    sigset_t set;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    waited_for(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

int signals_wait(void)
{
    sigset_t set;
    int number = 0;
    waited_for(&set);
    while (sigwait(&set, &number) != 0) {
    }
    return number;
}

static void end_at_once(int number)
{
    if (last_act) {
        last_act();
    }
    _exit(128 + number);
}

void signals_end_at_once(void (*last)(void))
{
    struct sigaction action = {.sa_handler = end_at_once};
    sigset_t set;
    last_act = last;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* Half for clients, half for the upstream: each running exchange takes one of both. */
static void lower(struct limits *limits, unsigned workers, rlim_t allowed)
{
    size_t half = allowed > DESCRIPTORS_ASIDE + 2 ? (size_t)(allowed - DESCRIPTORS_ASIDE) / 2 : 1;
    size_t each = half / workers ? half / workers : 1;
    if (limits->connections > half) {
        limits->connections = half;
    }
    if (limits->upstream_connections > each) {
        limits->upstream_connections = each;
    }
}

void process_make_room(struct limits *limits, unsigned workers)
{
    struct rlimit now;
    rlim_t need = (rlim_t)limits->connections + (rlim_t)limits->upstream_connections * workers +
                  DESCRIPTORS_ASIDE;
    if (getrlimit(RLIMIT_NOFILE, &now) != 0 || now.rlim_cur == RLIM_INFINITY ||
        now.rlim_cur >= need) {
        return;
    }
    rlim_t before = now.rlim_cur;
    now.rlim_cur = now.rlim_max == RLIM_INFINITY || now.rlim_max > need ? need : now.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &now) != 0) {
        now.rlim_cur = before;
    }
    if (now.rlim_cur < need) {
        lower(limits, workers, now.rlim_cur);
        say("warning: limits.connections and limits.upstream_connections need %llu open files, the "
            "system allows %llu; holding at most %zu client connections (raise it with ulimit -n "
            "or "
            "LimitNOFILE=)",
            (unsigned long long)need, (unsigned long long)now.rlim_cur, limits->connections);
    }
}
