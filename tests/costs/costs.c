/* What is done with texts of peers costs about their length, never its square. Each task is done
 * with a size and with eight times that, both in a call of counted(), and check.py has callgrind
 * count the instructions of those calls: they are the same on a busy machine, seconds are not.
 *
 *   costs FILE…    prints "SIZE NAME" for each call, in their order. The files hold short texts to
 *                  repeat, as fuzz/cost.h tells.
 */
#include <libgen.h>

#include "../fuzz/cost.h"
#include "../unit/ledger/story.h"
#include "../unit/observe/sample.h"
#include "proxy/observe/json_write.h"
#include "proxy/observe/memory.h"
#include "proxy/offline/example.h"

#define TIMES  8
#define NOW_MS 1768478400000
#define LONG   (1u << 18)

/* What a task works with: made before, released after what is counted. */
struct stuff {
    struct span input; /* a file's, for texts */
    struct str text;
    struct str out;
    struct memory memory;
    struct exchange **exchanges;
    size_t size;
};

struct task {
    const char *name;
    size_t few; /* the smaller size */
    void (*prepare)(struct stuff *s);
    void (*run)(struct stuff *s);
    void (*clear)(struct stuff *s);
};

/* The name that check.py knows. */
__attribute__((noinline)) static void counted(const struct task *task, struct stuff *s)
{
    task->run(s);
    __asm__ volatile("" ::: "memory"); /* no tail call */
}

static void repeat(struct stuff *s, const char *unit, const char *end)
{
    for (size_t i = 0; i < s->size; i++) {
        str_add(&s->text, span_of(unit));
    }
    str_add(&s->text, span_of(end));
}

/* A list of tokens of which no member is told apart by anything. */
static void prepare_list(struct stuff *s)
{
    story_begin(NULL);
    str_add(&s->text, SPAN("{\"accessTokens\":["));
    repeat(s, "{\"id\":\"a\"},", "{}]}");
    make_token('2', "{\"label\":\"fund\"}", "");
    s->exchanges = calloc(1, sizeof *s->exchanges);
    CHECK(s->exchanges);
    *s->exchanges = call('2', "GET", "/api/v2/user/accesstoken", "", 200, str_cstr(&s->text));
}

static void run_list(struct stuff *s)
{
    pass(*s->exchanges);
}

static void clear_list(struct stuff *s)
{
    exchange_free(*s->exchanges);
    free(s->exchanges);
    story_end(NULL);
}

/* A batch of calls, each of a token that nobody knew: all passports are copied once. */
static void prepare_batch(struct stuff *s)
{
    struct err err;
    const struct observer_options options = {.ledger_path = NULL, .desk = passport_desk_new()};
    CHECK(options.desk && memory_open(&s->memory, &options, &err) == 0);
    s->exchanges = calloc(s->size, sizeof *s->exchanges);
    CHECK(s->exchanges);
    for (size_t i = 0; i < s->size; i++) {
        s->exchanges[i] = sample_exchange("GET", "/api/v2/tbtc/wallet", 200);
        snprintf(s->exchanges[i]->token.fingerprint, FINGERPRINT_SIZE, "%016llx",
                 (unsigned long long)i * 0x9e3779b97f4a7c15ULL);
    }
}

static void run_batch(struct stuff *s)
{
    struct str news;
    str_init(&news, 1024);
    for (size_t i = 0; i < s->size; i++) {
        memory_recall(&s->memory, s->exchanges[i]);
        memory_learn(&s->memory, s->exchanges[i]);
    }
    CHECK(!memory_commit(&s->memory, true, &news));
    CHECK(news.len == 0);
    str_release(&news);
}

static void clear_batch(struct stuff *s)
{
    struct passports *p = passport_desk_take(s->memory.desk);
    CHECK(passports_count(p) == s->size);
    passports_drop(p);
    for (size_t i = 0; i < s->size; i++) {
        exchange_free(s->exchanges[i]);
    }
    free(s->exchanges);
    passport_desk_free(s->memory.desk);
    memory_close(&s->memory);
}

static void prepare_braces(struct stuff *s)
{
    repeat(s, "{", "");
}

static void prepare_closed_braces(struct stuff *s)
{
    repeat(s, "{", "}");
}

static void run_example(struct stuff *s)
{
    struct err err;
    CHECK(example_expand(&s->out, str_span(&s->text), NOW_MS, &err) == 0);
}

/* Commands to a CI's runner, which are broken. */
static void prepare_commands(struct stuff *s)
{
    repeat(s, "##[", "");
}

static void prepare_names(struct stuff *s)
{
    repeat(s, "###a", "[");
}

static void run_escape(struct stuff *s)
{
    text_escape(&s->out, str_span(&s->text), SIZE_MAX);
}

static void run_json(struct stuff *s)
{
    json_text(&s->out, str_span(&s->text), SIZE_MAX);
}

/* Percent signs and backslashes, escaped as many times as the size says, before a long text: the
 * ways in which they can be undone grow with the square. */
static void prepare_levels(struct stuff *s)
{
    str_add(&s->text, SPAN("%"));
    for (size_t i = 0; i < s->size; i++) {
        str_add(&s->text, SPAN("25"));
    }
    str_add(&s->text, SPAN("41 "));
    for (size_t i = 1; i < (size_t)1 << s->size; i++) {
        str_add(&s->text, SPAN("\\"));
    }
    str_add(&s->text, SPAN("n "));
    while (s->text.len < LONG) {
        str_add(&s->text, SPAN("password=true aaa:bbb "));
    }
}

static void run_redact(struct stuff *s)
{
    redact_text(&s->out, str_span(&s->text));
}

static void prepare_text(struct stuff *s)
{
    CHECK(cost_text(&s->text, s->input, s->size));
}

static void ignore(const char *what)
{
    (void)what;
}

static void run_text(struct stuff *s)
{
    cost_all(str_span(&s->text), ignore);
}

static void clear_nothing(struct stuff *s)
{
    (void)s;
}

static void do_with(const struct task *task, struct span input, size_t size)
{
    struct stuff s = {.input = input, .size = size};
    str_init(&s.text, 4u << 20);
    str_init(&s.out, 16u << 20);
    task->prepare(&s);
    counted(task, &s);
    task->clear(&s);
    CHECK(!s.text.failed && !s.out.failed);
    str_release(&s.text);
    str_release(&s.out);
    printf("%zu %s\n", size, task->name);
}

static void do_task(const struct task *task, struct span input)
{
    do_with(task, input, task->few);
    do_with(task, input, TIMES * task->few);
}

static void do_file(char *path)
{
    static char bytes[65536];
    FILE *input = fopen(path, "rb");
    CHECK(input);
    size_t len = fread(bytes, 1, sizeof bytes, input);
    fclose(input);
    const struct task task = {basename(path), 2048, prepare_text, run_text, clear_nothing};
    do_task(&task, span(bytes, len));
}

int main(int argc, char **argv)
{
    static const struct task tasks[] = {
        {"tokens in a list", 1000, prepare_list, run_list, clear_list},
        {"new tokens in a batch", 500, prepare_batch, run_batch, clear_batch},
        {"braces without an end", 2000, prepare_braces, run_example, clear_nothing},
        {"braces with one end", 2000, prepare_closed_braces, run_example, clear_nothing},
        {"commands shown", 1000, prepare_commands, run_escape, clear_nothing},
        {"commands in JSON", 1000, prepare_commands, run_json, clear_nothing},
        {"names of commands", 1000, prepare_names, run_escape, clear_nothing},
        {"levels of escapes", 1, prepare_levels, run_redact, clear_nothing},
    };
    offline_rules(); /* what is made once is not counted */
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        do_task(&tasks[i], span("", 0));
    }
    for (int i = 1; i < argc; i++) {
        do_file(argv[i]);
    }
    return 0;
}
