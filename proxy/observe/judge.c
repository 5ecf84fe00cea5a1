#include "judge.h"

#include "why401/base/clock.h"
#include "why401/observe/redact.h"

#define NEWS_MOST 1024

int judge_init(struct judge *j, const struct observer_options *options, struct tally *tally,
               struct err *err)
{
    *j = (struct judge){
        .tally = tally,
        .decoded_bytes = options->decoded_bytes,
        .judged = options->judged,
        .judged_ctx = options->judged_ctx,
    };
    if (memory_open(&j->memory, options, err) != 0) {
        return -1;
    }
    if (json_file_open(&j->file, options->json_path, err) != 0) {
        memory_close(&j->memory);
        return -1;
    }
    if (har_file_open(&j->har, options->har_path, options->decoded_bytes, err) != 0) {
        json_file_close(&j->file);
        memory_close(&j->memory);
        return -1;
    }
    terminal_init(&j->terminal, options);
    record_init(&j->record);
    str_init(&j->news, NEWS_MOST);
    return 0;
}

void judge_release(struct judge *j)
{
    memory_close(&j->memory);
    json_file_close(&j->file);
    har_file_close(&j->har);
    terminal_release(&j->terminal);
    record_release(&j->record);
    str_release(&j->news);
}

static void lose_lines(struct judge *j, uint64_t lines)
{
    if (lines) {
        atomic_fetch_add(&j->tally->lost_lines, lines);
    }
}

/* The news, one notice, if there are any. */
static void tell(struct judge *j)
{
    if (j->news.len) {
        terminal_notice(&j->terminal, clock_wall_ms(), str_span(&j->news));
        str_clear(&j->news);
    }
}

/* The files first, so that their news are on the terminal at once. */
void judge_flush(struct judge *j)
{
    lose_lines(j, json_file_flush(&j->file, &j->news));
    tell(j);
    lose_lines(j, har_file_flush(&j->har, &j->news));
    tell(j);
    lose_lines(j, outlet_flush(&j->terminal.outlet));
}

bool judge_remember(struct judge *j, bool last)
{
    bool waits = memory_commit(&j->memory, last, &j->news);
    if (j->news.len) {
        judge_flush(j);
    }
    return waits;
}

/* A failure's line is kept for 'why401 report' too, unless it was on the way to others than BitGo.
 */
static void write_json(struct judge *j)
{
    struct span line;
    lose_lines(j, json_file_add(&j->file, &j->record, &line));
    if (j->record.failing && !j->record.x->foreign) {
        memory_keep(&j->memory, &j->record, line);
    }
}

static void write_record(struct judge *j)
{
    terminal_exchange(&j->terminal, &j->record);
    write_json(j);
    lose_lines(j, har_file_add(&j->har, &j->record));
    if (j->judged) {
        struct judged judged = record_judged(&j->record);
        j->judged(j->judged_ctx, &judged);
    }
    if (j->file.outlet.text.len > OUTLET_FULL || j->terminal.outlet.text.len > OUTLET_FULL ||
        har_file_waits(&j->har) > OUTLET_FULL) {
        judge_flush(j);
    }
}

static void judge_failure(struct judge *j, struct exchange *x, const struct rulepack *rules)
{
    struct answer answer;
    struct record *r = &j->record;
    answer_read(&answer, x, j->decoded_bytes);
    r->explanation_count =
        rules ? explain_exchange(rules, x, &answer, r->explanations, EXPLANATIONS_MOST) : 0;
    record_failure(r, x, &answer);
    atomic_fetch_add(&j->tally->failing, 1);
    if (r->explanation_count) {
        atomic_fetch_add(&j->tally->explained, 1);
        tally_scenario(j->tally, r->explanations[0].rule);
    } else if (x->maker == MAKER_PROXY) {
        atomic_fetch_add(&j->tally->own, 1);
    }
    write_record(j);
    answer_release(&answer);
}

void judge_exchange(struct judge *j, struct exchange *x, const struct rulepack *rules)
{
    memory_recall(&j->memory, x);
    memory_learn(&j->memory, x);
    if (x->response.head.status >= 400) {
        judge_failure(j, x, rules);
    } else {
        record_success(&j->record, x);
        write_record(j);
    }
    atomic_fetch_add(&j->tally->exchanges, 1);
    record_end(&j->record);
    exchange_free(x);
}

/* A notice may quote a configuration's URL or a library's error. */
void judge_notice(struct judge *j, int64_t wall_ms, struct span text)
{
    str_clear(&j->record.scratch);
    redact_text(&j->record.scratch, text);
    terminal_notice(&j->terminal, wall_ms, str_span(&j->record.scratch));
}

void judge_reopen(struct judge *j)
{
    struct err err;
    judge_flush(j);
    if (json_file_reopen(&j->file, &err) != 0) {
        terminal_notice(&j->terminal, clock_wall_ms(), span_of(err.text));
    }
}
