/* The life of a worker: worker_new makes the loop, worker_start gives it a thread, posts come in
 * through the one async handle, and worker_stop closes the two handles that keep the loop alive.
 * The loop then ends by itself when the last connection has closed.
 *
 * Within the loop every callback follows one pattern: note what happened, tell the holder of the
 * stream, and end with worker_settle, where all output of this callback is written at once. */
#include "worker_loop.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A function on its way into the worker's thread. */
struct post {
    struct list node;
    void (*fn)(void *ctx);
    void *ctx;
};

void worker_settle(struct worker *w)
{
    if (w->settling) {
        return;
    }
    w->settling = true;
    while (!list_empty(&w->dirty) || !list_empty(&w->later)) {
        while (!list_empty(&w->dirty)) {
            struct list *node = w->dirty.next;
            list_remove(node);
            conn_settle(node);
        }
        if (!list_empty(&w->later)) {
            struct worker_task *task = LIST_ITEM(w->later.next, struct worker_task, node);
            list_remove(&task->node);
            task->fn(task->ctx);
        }
    }
    w->settling = false;
}

void worker_later(struct worker *w, struct worker_task *task, void (*fn)(void *ctx), void *ctx)
{
    task->fn = fn;
    task->ctx = ctx;
    list_push(&w->later, &task->node);
}

static struct post *next_post(struct worker *w)
{
    pthread_mutex_lock(&w->posts_lock);
    struct post *post = NULL;
    if (!list_empty(&w->posts)) {
        post = LIST_ITEM(w->posts.next, struct post, node);
        list_remove(&post->node);
    }
    pthread_mutex_unlock(&w->posts_lock);
    return post;
}

static bool is_stopping(struct worker *w)
{
    pthread_mutex_lock(&w->posts_lock);
    bool stopping = w->stopping;
    pthread_mutex_unlock(&w->posts_lock);
    return stopping;
}

static void on_wake(uv_async_t *wake)
{
    struct worker *w = wake->data;
    struct post *post;
    while ((post = next_post(w))) {
        struct post taken = *post;
        free(post);
        taken.fn(taken.ctx);
        worker_settle(w);
    }
    if (is_stopping(w) && !uv_is_closing((uv_handle_t *)&w->wake)) {
        uv_close((uv_handle_t *)&w->wake, NULL);
        struct list *node = w->conns.next;
        while (node != &w->conns) {
            struct list *next = node->next;
            conn_hurry(node);
            node = next;
        }
    }
}

size_t worker_parting(const struct worker *w)
{
    size_t count = 0;
    for (struct list *node = w->conns.next; node != &w->conns; node = node->next) {
        count += conn_parts(node);
    }
    return count;
}

struct worker *worker_new(struct err *err)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w) {
        err_set(err, ERR_MEMORY, "no memory for a worker");
        return NULL;
    }
    int rc = uv_loop_init(&w->loop);
    if (rc != 0) {
        err_set(err, ERR_SYSTEM, "the event loop could not be made: %s", uv_strerror(rc));
        free(w);
        return NULL;
    }
    list_init(&w->conns);
    list_init(&w->dirty);
    list_init(&w->later);
    list_init(&w->posts);
    list_init(&w->busy);
    deadline_init(&w->rest, w, rest_idle, w);
    for (size_t i = 0; i < DEADLINE_LISTS; i++) {
        list_init(&w->deadlines[i]);
    }
    pthread_mutex_init(&w->posts_lock, NULL);
    w->timer_due = UINT64_MAX;
    uv_timer_init(&w->loop, &w->timer);
    uv_unref((uv_handle_t *)&w->timer);
    rc = uv_async_init(&w->loop, &w->wake, on_wake);
    w->timer.data = w->wake.data = w;
    if (rc != 0) {
        err_set(err, ERR_SYSTEM, "the event loop could not be made: %s", uv_strerror(rc));
        uv_close((uv_handle_t *)&w->timer, NULL);
        uv_run(&w->loop, UV_RUN_DEFAULT);
        uv_loop_close(&w->loop);
        pthread_mutex_destroy(&w->posts_lock);
        free(w);
        return NULL;
    }
    return w;
}

static void *run(void *arg)
{
    struct worker *w = arg;
    uv_run(&w->loop, UV_RUN_DEFAULT);
    return NULL;
}

int worker_start(struct worker *w, struct err *err)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        return err_set(err, ERR_SYSTEM, "a worker thread could not be started: %s", strerror(rc));
    }
    w->running = true;
    return 0;
}

int worker_post(struct worker *w, void (*fn)(void *ctx), void *ctx)
{
    struct post *post = malloc(sizeof *post);
    if (!post) {
        return -1;
    }
    *post = (struct post){.fn = fn, .ctx = ctx};
    pthread_mutex_lock(&w->posts_lock);
    list_push(&w->posts, &post->node);
    pthread_mutex_unlock(&w->posts_lock);
    uv_async_send(&w->wake);
    return 0;
}

void worker_stop(struct worker *w)
{
    pthread_mutex_lock(&w->posts_lock);
    w->stopping = true;
    pthread_mutex_unlock(&w->posts_lock);
    uv_async_send(&w->wake);
    if (w->running) {
        pthread_join(w->thread, NULL);
    } else {
        uv_run(&w->loop, UV_RUN_DEFAULT);
    }
    /* The timer served the last connections; it does not keep the loop alive, so it is still there.
     */
    uv_close((uv_handle_t *)&w->timer, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    uv_loop_close(&w->loop);
    pthread_mutex_destroy(&w->posts_lock);
    free(w);
}

uint64_t worker_now(const struct worker *w)
{
    return uv_now(&w->loop);
}
