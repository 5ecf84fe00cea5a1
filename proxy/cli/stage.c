/* The contract for trusted roots takes a file, so the CA's root is in one for the moment in which
 * the contexts that trust it are made, and no longer: whatever ends the demo afterwards, nothing is
 * left behind. Signals are blocked until then. */
#include "stage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "why401/config/config.h"
#include "why401/mock/origin.h"

#define HOST        "localhost"
#define PLAYED      "app.bitgo-test.com"
#define DRAIN_MS    1000
#define PATIENCE_MS 10000
#define PATH_SIZE   512

static void finished(void *ctx, struct exchange *x)
{
    struct stage *s = ctx;
    observer_give(s->observer, x);
    pthread_mutex_lock(&s->lock);
    s->finished_count++;
    pthread_cond_signal(&s->finished);
    pthread_mutex_unlock(&s->lock);
}

/* Writes all of `bytes` into a new file that only this user can read, and its path into `path`. */
static int write_file(struct span bytes, char path[PATH_SIZE], struct err *err)
{
    const char *folder = getenv("TMPDIR");
    int len =
        snprintf(path, PATH_SIZE, "%s/why401-demo-XXXXXX", folder && *folder ? folder : "/tmp");
    int fd = len > 0 && len < PATH_SIZE ? mkstemp(path) : -1;
    if (fd < 0) {
        return err_set(err, ERR_SYSTEM, "cannot create a temporary file %.256s: %s", path,
                       strerror(errno));
    }
    ssize_t written = write(fd, bytes.ptr, bytes.len);
    int failed = close(fd);
    if (written != (ssize_t)bytes.len || failed) {
        unlink(path);
        return err_set(err, ERR_SYSTEM, "cannot write the temporary file %.256s: %s", path,
                       strerror(errno));
    }
    return 0;
}

static void set_defaults(struct server_options *options)
{
    static const struct server_door any = {.host = "127.0.0.1"};
    *options = (struct server_options){.doors = &any, .door_count = 1, .workers = 1};
    limits_default(&options->limits);
    timeouts_default(&options->timeouts);
}

static int start_mock(struct stage *s, struct err *err)
{
    struct server_options options;
    set_defaults(&options);
    s->origin = mock_origin_new(NULL, err);
    if (!s->origin) {
        return -1;
    }
    options.ca = s->ca;
    options.origin = s->origin;
    s->mock = server_start(&options, err);
    return s->mock ? 0 : -1;
}

static int start_observer(struct stage *s, struct err *err)
{
    struct limits limits;
    struct rulepack *rules = rulepack_builtin(err);
    if (!rules) {
        return -1;
    }
    limits_default(&limits);
    struct observer_options options = {
        .terminal_fd = STDOUT_FILENO,
        .color = COLOR_AUTO,
        .queue_length = limits.queue_length,
        .queue_bytes = limits.queue_bytes,
        .decoded_bytes = limits.decoded_bytes,
        .rules = rules,
    };
    s->observer = observer_start(&options, err);
    rulepack_drop(rules);
    return s->observer ? 0 : -1;
}

/* The mock plays app.bitgo-test.com. */
static int start_proxy(struct stage *s, const char *roots, struct err *err)
{
    struct server_options options;
    struct inspect_options inspect = {0};
    struct upstream_address upstream = {
        .host = PLAYED,
        .port = server_port(s->mock, 0),
        .tls = true,
        .authority = PLAYED,
        .resolve = "127.0.0.1",
        .ca_path = roots,
    };
    set_defaults(&options);
    options.ca = s->ca;
    options.upstreams = &upstream;
    options.upstream_count = 1;
    options.inspect = &inspect;
    options.finished = finished;
    options.ctx = s;
    s->proxy = server_start(&options, err);
    return s->proxy ? 0 : -1;
}

int stage_open(struct stage *s, struct err *err)
{
    char roots[PATH_SIZE];
    *s = (struct stage){0};
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->finished, &monotonic);
    pthread_condattr_destroy(&monotonic);
    s->ca = ca_ephemeral(err);
    if (!s->ca || start_mock(s, err) != 0 || start_observer(s, err) != 0 ||
        write_file(ca_root_pem(s->ca), roots, err) != 0) {
        return -1;
    }
    int result = start_proxy(s, roots, err);
    if (result == 0) {
        s->context = tls_context_connecting(roots, err);
        result = s->context ? 0 : -1;
    }
    unlink(roots);
    return result;
}

void stage_close(struct stage *s)
{
    if (s->proxy) {
        server_stop(s->proxy, DRAIN_MS);
    }
    if (s->observer) {
        observer_stop(s->observer);
    }
    if (s->mock) {
        server_stop(s->mock, DRAIN_MS);
    }
    mock_origin_free(s->origin);
    tls_context_free(s->context);
    ca_free(s->ca);
    pthread_cond_destroy(&s->finished);
    pthread_mutex_destroy(&s->lock);
}

struct client stage_client(const struct stage *s)
{
    return (struct client){
        .port = server_port(s->proxy, 0),
        .host = HOST,
        .context = s->context,
        .patience_ms = PATIENCE_MS,
    };
}

bool stage_settled(struct stage *s, uint64_t count)
{
    struct timespec until;
    int rc = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += PATIENCE_MS / 1000;
    pthread_mutex_lock(&s->lock);
    while (rc == 0 && s->finished_count < count) {
        rc = pthread_cond_timedwait(&s->finished, &s->lock, &until);
    }
    pthread_mutex_unlock(&s->lock);
    return rc == 0 && observer_drain(s->observer, PATIENCE_MS);
}
