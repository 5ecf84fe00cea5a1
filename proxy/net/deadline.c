/* Deadlines: thousands that are set and moved for every exchange and hardly ever come due. Each
 * list is sorted by due time; a deadline joins the list of its duration's magnitude and walks back
 * from the list's end to its place, which is nearly always the end itself. One timer serves all
 * lists, and is moved only when it fires: a deadline that was cleared or put off costs no system
 * call. */
#include "worker_loop.h"

static void on_timer(uv_timer_t *timer);

static struct list *list_for(struct worker *w, uint64_t ms)
{
    size_t i = 0;
    for (uint64_t most = 250; i < DEADLINE_LISTS - 1 && ms > most; most *= 4) {
        i++;
    }
    return &w->deadlines[i];
}

static void arm(struct worker *w, uint64_t due)
{
    if (due < w->timer_due && !uv_is_closing((uv_handle_t *)&w->timer)) {
        uint64_t now = uv_now(&w->loop);
        w->timer_due = due;
        uv_timer_start(&w->timer, on_timer, due > now ? due - now : 0, 0);
    }
}

void deadline_init(struct deadline *d, struct worker *w, void (*fire)(void *ctx), void *ctx)
{
    *d = (struct deadline){.worker = w, .fire = fire, .ctx = ctx};
    list_init(&d->node);
}

void deadline_clear(struct deadline *d)
{
    list_remove(&d->node);
}

void deadline_set(struct deadline *d, uint64_t ms)
{
    struct list *head = list_for(d->worker, ms);
    list_remove(&d->node);
    d->due = uv_now(&d->worker->loop) + ms;
    struct list *before = head->prev;
    while (before != head && LIST_ITEM(before, struct deadline, node)->due > d->due) {
        before = before->prev;
    }
    /* Pushing onto the node behind the place links it in front of that node. */
    list_push(before->next, &d->node);
    arm(d->worker, d->due);
}

/* Fires what is due in one list; its earliest due time afterwards, or UINT64_MAX. */
static uint64_t fire_due(struct worker *w, struct list *head)
{
    while (!list_empty(head)) {
        struct deadline *d = LIST_ITEM(head->next, struct deadline, node);
        if (d->due > uv_now(&w->loop)) {
            return d->due;
        }
        list_remove(&d->node);
        d->fire(d->ctx);
    }
    return UINT64_MAX;
}

static void on_timer(uv_timer_t *timer)
{
    struct worker *w = timer->data;
    for (size_t i = 0; i < DEADLINE_LISTS; i++) {
        fire_due(w, &w->deadlines[i]);
    }
    worker_settle(w);
    w->timer_due = UINT64_MAX;
    for (size_t i = 0; i < DEADLINE_LISTS; i++) {
        arm(w, fire_due(w, &w->deadlines[i]));
    }
    worker_settle(w);
}
