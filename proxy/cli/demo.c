/* why401 demo: an integrator's bad day, played through the proxy against the mock. Each step says
 * what is tried, the live log shows what became of it, and a table at the end counts the scenarios.
 * The demo checks itself: what did not come out as the day's script says is named, and the exit
 * code is 1. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "confine.h"
#include "options.h"
#include "paint.h"
#include "process.h"
#include "say.h"
#include "stage.h"
#include "why401/mock/badday.h"

#define REQUEST_MOST   16384
#define REPLY_MOST     (1u << 20)
#define PAUSE_MS       900
#define SCENARIOS_MOST 32

struct show {
    struct stage stage;
    const struct paint *paint;
    unsigned pause_ms; /* between two steps */
    size_t surprises;  /* steps that did not come out as the script says */
};

static void print_step(const struct show *show, size_t i)
{
    const struct badday_call *call = badday_at(i);
    printf("\n%s%2zu. %s%s\n", show->paint->cyan, i + 1, call->says, show->paint->reset);
    (void)fflush(stdout); /* whether it arrived is asked at the end */
}

static int play_step(struct show *show, size_t i)
{
    const struct badday_call *call = badday_at(i);
    struct client client = stage_client(&show->stage);
    struct reply reply = {0};
    struct str request;
    struct err err;
    str_init(&request, REQUEST_MOST);
    str_init(&reply.body, REPLY_MOST);
    print_step(show, i);
    badday_write(call, &request);
    int rc = client_call(&client, span_of(call->method), str_span(&request), &reply, &err);
    str_release(&request);
    str_release(&reply.body);
    if (rc != 0) {
        say_error(&err);
        return -1;
    }
    if (!stage_settled(&show->stage, i + 1)) {
        say("step %zu was not written within its time", i + 1);
        return -1;
    }
    if (reply.status != call->status) {
        say("step %zu was answered %d where %d was to be seen", i + 1, reply.status, call->status);
        show->surprises++;
    }
    return 0;
}

static void pause_between_steps(const struct show *show)
{
    struct timespec pause = {.tv_sec = show->pause_ms / 1000,
                             .tv_nsec = (long)(show->pause_ms % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

/* How often the script wants to see a scenario. */
static size_t wanted(const char *id)
{
    size_t count = 0;
    for (size_t i = 0; i < badday_size(); i++) {
        const char *scenario = badday_at(i)->scenario;
        count += scenario && strcmp(scenario, id) == 0;
    }
    return count;
}

static size_t seen(const struct scenario_count *rows, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].id, id) == 0) {
            return (size_t)rows[i].count;
        }
    }
    return 0;
}

static void check_scenarios(struct show *show, const struct scenario_count *rows, size_t count)
{
    for (size_t i = 0; i < badday_size(); i++) {
        const char *id = badday_at(i)->scenario;
        if (id && seen(rows, count, id) != wanted(id)) {
            say("step %zu was to be explained as %s", i + 1, id);
            show->surprises++;
        }
    }
}

static void print_summary(struct show *show)
{
    struct scenario_count rows[SCENARIOS_MOST];
    size_t count = observer_scenarios(show->stage.observer, rows, SCENARIOS_MOST);
    const struct paint *p = show->paint;
    printf("\n%sWhat went wrong today%s\n\n", p->bold, p->reset);
    for (size_t i = 0; i < count; i++) {
        printf("  %s%3llu%s  %s\n       %s%s%s\n", p->bold, (unsigned long long)rows[i].count,
               p->reset, rows[i].title, p->dim, rows[i].id, p->reset);
    }
    printf("\n%zu calls, %zu scenarios. With your own calls: why401 run, then point the SDK\n"
           "at https://localhost:8401\n",
           badday_size(), count);
    check_scenarios(show, rows, count);
}

static int play(struct show *show)
{
    const struct paint *p = show->paint;
    printf("%sAn integrator's bad day%s\n%sA mock of BitGo and the proxy in front of it, on\n"
           "this machine: real sockets, real TLS, no account.%s\n",
           p->bold, p->reset, p->dim, p->reset);
    for (size_t i = 0; i < badday_size(); i++) {
        if (play_step(show, i) != 0) {
            return ENDED_BADLY;
        }
        pause_between_steps(show);
    }
    print_summary(show);
    return show->surprises || !printed_all() ? ENDED_BADLY : ENDED_WELL;
}

static int run_show(struct show *show)
{
    struct err err;
    int result;
    process_protect();
    confine_programs();
    signals_block();
    if (stage_open(&show->stage, &err) != 0) {
        result = say_error(&err);
    } else {
        /* Nothing is on the disk any more: whoever stops the demo now leaves nothing behind. */
        signals_end_at_once(NULL);
        result = play(show);
    }
    stage_close(&show->stage);
    return result;
}

int command_demo(int argc, char **argv)
{
    bool fast = false;
    struct err err;
    struct show show = {.paint = paint_for(STDOUT_FILENO)};
    const struct option_row rows[] = {{"--fast", NULL, NULL, &fast}};
    switch (options_read("demo", rows, sizeof rows / sizeof rows[0], argc, argv, &err)) {
    case OPTIONS_HELP:
        return print_whole(help_demo);
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    show.pause_ms = fast || !isatty(STDOUT_FILENO) ? 0 : PAUSE_MS;
    return run_show(&show);
}
