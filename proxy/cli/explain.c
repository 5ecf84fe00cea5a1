/* why401 explain: what somebody has of a failure, explained without a proxy.
 *
 * The happy path: the whole input is read, recognised and made into exchanges; each goes through
 * the chain of judgement in its order, so that what came before counts; each failing one is
 * explained on standard output. Words are matched against the rules' signals instead. Ends:
 * explained, nothing matched (1), an input or a command line that cannot be used (2). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "options.h"
#include "page_for.h"
#include "process.h"
#include "say.h"
#include "why401/observe/render.h"
#include "why401/offline/chain.h"
#include "why401/offline/input.h"
#include "why401/offline/words.h"

#define EXPLANATIONS_MOST 8
#define OUTPUT_MOST       (4u << 20) /* bytes for one exchange */
#define NAME_SHOWN        200        /* bytes of a file's name in messages */
#define QUOTES_MOST       (1u << 20) /* bytes of evidence from a text */

struct job {
    const char *file; /* as it was given; NULL: standard input */
    const char *name; /* for people */
    bool json;
    struct render page;
    struct rulepack *rules;
    struct input input;
    size_t failing;
    size_t explained;
};

/* --- reading --- */

static int open_file(const struct job *j, struct err *err)
{
    struct stat status;
    int fd = j->file ? open(j->file, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
    if (fd < 0) {
        return err_set(err, ERR_FILE, "%s cannot be read: %s", j->name, strerror(errno));
    }
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        return err_set(err, ERR_FILE, "%s is a folder; a file is expected", j->name);
    }
    return fd;
}

/* All of it, and one byte more than is allowed, which input_read then refuses. */
static int read_all(const struct job *j, int fd, struct str *bytes, struct err *err)
{
    char part[65536];
    while (bytes->len <= INPUT_MOST) {
        ssize_t n = read(fd, part, sizeof part);
        if (n == 0) {
            break;
        }
        if (n < 0 && errno != EINTR) {
            return err_set(err, ERR_FILE, "%s cannot be read: %s", j->name, strerror(errno));
        }
        str_add(bytes, span(part, n > 0 ? (size_t)n : 0));
        if (bytes->failed) {
            return err_set(err, ERR_MEMORY, "there is no memory for %s", j->name);
        }
    }
    explicit_bzero(part, sizeof part);
    return 0;
}

static int read_input(struct job *j, struct err *err)
{
    struct str bytes;
    int fd = open_file(j, err);
    if (fd < 0) {
        return -1;
    }
    str_init(&bytes, (size_t)INPUT_MOST + 65536 + 1);
    int result = read_all(j, fd, &bytes, err);
    close(fd);
    if (result == 0) {
        result = input_read(&j->input, str_span(&bytes), j->name, err);
    }
    if (bytes.ptr) {
        explicit_bzero(bytes.ptr, bytes.len);
    }
    str_release(&bytes);
    return result;
}

/* --- explaining --- */

/* Takes `out`. Whether all has arrived is asked once, at the end. */
static int print(struct str *out, struct err *err)
{
    int rc = print_add(out, err);
    str_release(out);
    return rc;
}

static void render_words(const struct job *j, struct str *out, struct arena *arena,
                         const struct explanation *list, size_t count)
{
    if (j->json) {
        render_text_json(out, input_kind_name(j->input.kind), arena, list, count);
    } else {
        render_text(out, &j->page, arena, list, count);
    }
}

/* Words that nothing matched are no answer of a server, so nothing is told about one. */
static int write_exchange(const struct job *j, struct exchange *x, const struct answer *a,
                          const struct explanation *list, size_t count, struct err *err)
{
    struct str out;
    str_init(&out, OUTPUT_MOST);
    if (j->input.kind == INPUT_TEXT && count == 0) {
        render_words(j, &out, &x->arena, list, count);
    } else if (j->json) {
        render_explanations_json(&out, input_kind_name(j->input.kind), x, a, list, count);
    } else {
        render_explanations(&out, &j->page, x, a, list, count);
    }
    return print(&out, err);
}

/* Redacted before it is matched, since evidence quotes it. */
static size_t explain_redacted(const struct job *j, struct span text, struct arena *arena,
                               struct explanation *list)
{
    struct str words;
    str_init(&words, 4 * text.len + 1024);
    words_redact(&words, text);
    size_t count = explain_text(j->rules, str_span(&words), arena, list, EXPLANATIONS_MOST);
    str_release(&words);
    return count;
}

/* Rules want to see a request before they judge by more than the answer's text. Where there is
 * none, the answer's words are all there is to go by. */
static size_t judge(const struct job *j, struct chain *chain, struct exchange *x,
                    struct answer *answer, struct explanation *list)
{
    if (j->input.inspected) {
        return chain_judge_inspected(chain, x, answer, list, EXPLANATIONS_MOST);
    }
    size_t count = chain_judge(chain, x, answer, list, EXPLANATIONS_MOST);
    if (count == 0 && x->request.head.method.len == 0 && j->input.kind != INPUT_TEXT) {
        count = explain_redacted(j, str_span(&answer->text), &x->arena, list);
    }
    return count;
}

/* A failing answer that this proxy made is explained by itself: its block says why. */
static int explain_one(struct job *j, struct chain *chain, struct exchange *x, struct err *err)
{
    struct explanation list[EXPLANATIONS_MOST];
    struct answer answer;
    int rc = 0;
    size_t count = judge(j, chain, x, &answer, list);
    if (x->response.head.status >= 400) {
        j->failing++;
        j->explained += count > 0 || x->maker == MAKER_PROXY;
        rc = write_exchange(j, x, &answer, list, count, err);
    }
    answer_release(&answer);
    return rc;
}

static int explain_exchanges(struct job *j, struct err *err)
{
    static const struct inspect_options nothing_known;
    struct chain *chain = chain_new(j->rules, &nothing_known);
    int rc = 0;
    if (!chain) {
        return err_set(err, ERR_MEMORY, "there is no memory for judging");
    }
    for (size_t i = 0; i < j->input.count && rc == 0 && !ferror(stdout); i++) {
        rc = explain_one(j, chain, j->input.exchanges[i], err);
        exchange_free(j->input.exchanges[i]); /* a HAR may hold many */
        j->input.exchanges[i] = NULL;
    }
    chain_free(chain);
    return rc;
}

/* The words as a response's body, without the secrets that only sentences have. */
static void hide_secrets(struct exchange *x)
{
    struct str words;
    struct capture *body = &x->response.body;
    str_init(&words, 4 * body->len + 1024);
    words_redact(&words, span(body->data, body->len));
    if (body->len) {
        explicit_bzero(body->data, body->len);
    }
    body->len = 0;
    capture_add(body, str_span(&words), INPUT_MOST);
    str_release(&words);
}

static int explain_words(struct job *j, struct err *err)
{
    struct explanation list[EXPLANATIONS_MOST];
    struct arena arena;
    struct str out;
    const struct capture *words = &j->input.exchanges[0]->response.body;
    arena_init(&arena, QUOTES_MOST);
    size_t count = explain_redacted(j, span(words->data, words->len), &arena, list);
    if (count == 0) { /* it may be an answer's own text that only a rule's match knows */
        arena_release(&arena);
        hide_secrets(j->input.exchanges[0]);
        return explain_exchanges(j, err);
    }
    str_init(&out, OUTPUT_MOST);
    render_words(j, &out, &arena, list, count);
    j->failing = j->explained = 1;
    arena_release(&arena);
    return print(&out, err);
}

/* Says that nothing matched, and what could help. */
static int nothing_matched(const struct job *j)
{
    if (j->failing == 0) {
        say("%s: nothing in it failed; %zu %s read, none with a status of 400 or more", j->name,
            j->input.count, j->input.count == 1 ? "exchange was" : "exchanges were");
        say("Give the call that failed, with the response's status line and body.");
        return ENDED_BADLY;
    }
    say("%s: no known scenario matches", j->name);
    switch (j->input.kind) {
    case INPUT_TEXT:
        say("Give the error's own words, or better the whole response body; 'why401 scenarios' "
            "lists what "
            "is known.");
        break;
    case INPUT_BODY:
    case INPUT_SDK_ERROR:
        say("Give what was sent, too: a curl -v transcript or a HAR shows more than an answer "
            "alone.");
        break;
    default:
        say("Run the call through 'why401 run', which sees what a file leaves out, or send BitGo "
            "support "
            "what stands above.");
        break;
    }
    return ENDED_BADLY;
}

static int explain(struct job *j)
{
    struct err err = {0};
    int result = read_input(j, &err);
    if (result == 0 && j->input.cut) {
        say("%s: only the first %d exchanges in it were read", j->name, INPUT_EXCHANGES_MOST);
    }
    if (result == 0) {
        result = j->input.kind == INPUT_TEXT ? explain_words(j, &err) : explain_exchanges(j, &err);
    }
    if (result != 0) {
        return say_error(&err);
    }
    if (!printed_all()) {
        return ENDED_BADLY;
    }
    return j->explained ? ENDED_WELL : nothing_matched(j);
}

/* Which input is meant? Nobody is left waiting at a terminal that does not know what it waits for.
 */
static int choose_input(struct job *j, const char *file)
{
    bool from_stdin = !file || strcmp(file, "-") == 0;
    if (!file && isatty(STDIN_FILENO)) {
        say("explain needs an input: why401 explain FILE, or - for standard input");
        return -1;
    }
    j->file = from_stdin ? NULL : file;
    j->name = from_stdin ? "standard input" : file;
    if (strlen(j->name) > NAME_SHOWN) { /* its end tells more */
        j->name += strlen(j->name) - NAME_SHOWN;
    }
    return 0;
}

int command_explain(int argc, char **argv)
{
    struct job job = {0};
    struct err err;
    const char *file = NULL;
    const char *rules_dir = getenv("WHY401_RULES");
    const struct option_row rows[] = {
        {"FILE", "FILE", &file, NULL},
        {"--json", NULL, NULL, &job.json},
        {"--rules", "DIR", &rules_dir, NULL},
    };
    switch (options_read("explain", rows, sizeof rows / sizeof rows[0], argc, argv, &err)) {
    case OPTIONS_HELP:
        return print_whole(help_explain);
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    if (choose_input(&job, file) != 0) {
        return ENDED_UNUSED;
    }
    process_protect(); /* tokens are in what is read */
    job.rules = rules_of(rules_dir, &err);
    if (!job.rules) {
        return say_error(&err);
    }
    job.page = page_for(STDOUT_FILENO);
    int code = explain(&job);
    input_release(&job.input);
    rulepack_drop(job.rules);
    return code;
}
