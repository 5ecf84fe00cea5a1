/* An observer under test with files for its sinks, whose content can be looked at. */
#ifndef TESTS_OBSERVE_BENCH_H
#define TESTS_OBSERVE_BENCH_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "sample.h"
#include "why401/observe/observer.h"

#define BENCH_WAIT_MS 20000 /* for a drain that must succeed, on a busy machine too */

struct bench {
    struct observer_options options; /* to be changed before bench_start */
    struct observer *observer;
    char dir[32];
    char json_path[64];
    struct str seen; /* what bench_terminal or bench_json has read */
};

static inline void bench_open(struct bench *b)
{
    *b = (struct bench){.dir = "/tmp/why401-observe-XXXXXX"};
    setenv("TZ", "UTC", 1);
    tzset();
    assert_non_null(mkdtemp(b->dir));
    snprintf(b->json_path, sizeof b->json_path, "%s/log.jsonl", b->dir);
    b->options = (struct observer_options){
        .terminal_fd = memfd_create("terminal", MFD_CLOEXEC),
        .color = COLOR_NEVER,
        .json_path = b->json_path,
        .queue_length = 1000,
        .queue_bytes = 256 << 20,
        .decoded_bytes = 1 << 20,
        .rules = sample_rules(),
    };
    assert_true(b->options.terminal_fd >= 0);
    str_init(&b->seen, 1 << 22);
}

static inline void bench_start(struct bench *b)
{
    struct err err;
    b->observer = observer_start(&b->options, &err);
    if (!b->observer) {
        fail_msg("%s", err.text);
    }
}

static inline void bench_drain(struct bench *b)
{
    assert_true(observer_drain(b->observer, BENCH_WAIT_MS));
}

static inline void bench_close(struct bench *b)
{
    observer_stop(b->observer);
    rulepack_drop(b->options.rules);
    close(b->options.terminal_fd);
    unlink(b->json_path);
    rmdir(b->dir);
    str_release(&b->seen);
}

static inline const char *bench_read(struct bench *b, int fd)
{
    char piece[4096];
    ssize_t n;
    str_clear(&b->seen);
    for (off_t at = 0; (n = pread(fd, piece, sizeof piece, at)) > 0; at += n) {
        str_add(&b->seen, span(piece, (size_t)n));
    }
    return str_cstr(&b->seen);
}

/* Everything that was written for people so far. */
static inline const char *bench_terminal(struct bench *b)
{
    return bench_read(b, b->options.terminal_fd);
}

/* Everything that was written to the JSON file so far. */
static inline const char *bench_json(struct bench *b)
{
    int fd = open(b->json_path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    const char *text = bench_read(b, fd);
    close(fd);
    return text;
}

static inline size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what)) {
        count++;
    }
    return count;
}

#endif
