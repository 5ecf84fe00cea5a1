#include "terminal.h"

#include <stdlib.h>
#include <unistd.h>

#include "why401/base/clock.h"
#include "why401/observe/text.h"

#define TARGET_SHOWN     400  /* bytes */
#define TARGET_COLUMN    58   /* a short target is filled up to here, so that durations line up */
#define TARGET_AT        26   /* column in which the target begins */
#define LINE_COLUMNS     35   /* of a line without target and request id */
#define METHOD_COLUMNS   7    /* with a space at its end; a longer method takes from the target */
#define SECOND_SIZE      9    /* "10:15:03" */
#define NOTICE_SHOWN     1000 /* bytes */
#define DURATION_COLUMNS 5    /* at least, unit not counted */

static bool wants_color(const struct observer_options *options)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (options->color != COLOR_AUTO) {
        return options->color == COLOR_ALWAYS;
    }
    return isatty(options->terminal_fd) && !(no_color && *no_color) &&
           !(term && strcmp(term, "dumb") == 0);
}

void terminal_init(struct terminal *t, const struct observer_options *options)
{
    *t = (struct terminal){.quiet = options->quiet, .verbose = options->verbose, .second = -1};
    outlet_init(&t->outlet, options->terminal_fd);
    page_init(&t->page, &t->outlet.text);
    repeats_init(&t->repeats);
    if (options->terminal_fd >= 0) {
        t->is_tty = isatty(options->terminal_fd) == 1;
        t->page.palette = wants_color(options) ? &palette_color : &palette_plain;
    }
}

void terminal_release(struct terminal *t)
{
    page_release(&t->page);
    repeats_release(&t->repeats);
    outlet_release(&t->outlet);
}

static void add(struct terminal *t, const char *text)
{
    str_add(&t->outlet.text, span_of(text));
}

/* HH:MM:SS.mmm, local. */
static const char *time_text(struct terminal *t, int64_t wall_ms)
{
    time_t second = (time_t)(wall_ms / 1000);
    struct tm local;
    if (second != t->second && localtime_r(&second, &local) &&
        strftime(t->clock, SECOND_SIZE, "%H:%M:%S", &local) > 0) {
        t->second = second;
    }
    unsigned ms = (unsigned)(wall_ms % 1000) % 1000;
    char digits[] = {'.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10), (char)('0' + ms % 10),
                     '\0'};
    memcpy(t->clock + SECOND_SIZE - 1, digits, sizeof digits);
    return t->clock;
}

static void add_time(struct terminal *t, int64_t wall_ms)
{
    add(t, t->page.palette->dim);
    add(t, time_text(t, wall_ms));
    add(t, t->page.palette->reset);
}

static void add_status(struct terminal *t, int status)
{
    const struct palette *c = t->page.palette;
    char text[4] = "---";
    if (status >= 100 && status <= 999) {
        text[0] = (char)('0' + status / 100);
        text[1] = (char)('0' + status / 10 % 10);
        text[2] = (char)('0' + status % 10);
    }
    add(t, status >= 400 ? c->red : status >= 300 ? c->cyan : status >= 200 ? c->green : c->yellow);
    add(t, status >= 400 ? c->bold : "");
    add(t, " [");
    add(t, text);
    add(t, "] ");
    add(t, c->reset);
}

static void pad(struct terminal *t, size_t used, size_t column)
{
    do {
        add(t, " ");
    } while (++used < column);
}

static void add_duration(struct terminal *t, const struct exchange *x)
{
    int64_t us = x->finished_us > x->started_us ? x->finished_us - x->started_us : 0;
    char text[32];
    char *end = text + sizeof text;
    char *digit = end;
    bool tenths = us < 10000;
    int64_t value = tenths ? (us + 50) / 100 : us / 1000;
    if (tenths) {
        *--digit = (char)('0' + value % 10);
        *--digit = '.';
        value /= 10;
    }
    do {
        *--digit = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (end - digit < DURATION_COLUMNS) {
        *--digit = ' ';
    }
    add(t, t->page.palette->dim);
    str_add(&t->outlet.text, span(digit, (size_t)(end - digit)));
    add(t, " ms");
    add(t, t->page.palette->reset);
}

/* What became of an exchange that did not end as it should; NULL when it did. */
static const char *mishap(const struct exchange *x)
{
    switch (x->outcome) {
    case OUTCOME_CLIENT_GONE:
        return "  the client closed first";
    case OUTCOME_UPSTREAM_BROKE:
        return "  the answer broke off";
    case OUTCOME_TUNNEL:
        return "  tunnel closed";
    default:
        return NULL;
    }
}

/* What stands between a target of `used` columns and the duration: a short target is filled up,
 * less far where the request id would not fit into the line. Where it does not fit at all the rest
 * goes into a second line. */
static void add_gap(struct terminal *t, size_t used, const struct record *r)
{
    size_t others = LINE_COLUMNS + (r->failing && r->request_id.len ? r->request_id.len + 2 : 0);
    size_t room = t->page.width > others ? t->page.width - others : 0;
    if (t->is_tty && used > room) {
        add(t, "\n");
        pad(t, 0, TARGET_AT);
    } else {
        pad(t, used, t->is_tty && room < TARGET_COLUMN ? room : TARGET_COLUMN);
    }
}

static void add_line(struct terminal *t, const struct record *r)
{
    const struct exchange *x = r->x;
    struct str *out = &t->outlet.text;
    add_time(t, x->started_ms);
    add_status(t, x->response.head.status);
    size_t before = out->len;
    text_escape(out, str_span(&r->method), 32);
    size_t method = text_columns(span_from(str_span(out), before));
    size_t over = method < METHOD_COLUMNS ? 0 : method + 1 - METHOD_COLUMNS;
    pad(t, method, METHOD_COLUMNS);
    before = out->len;
    text_escape(out, str_span(&r->target), TARGET_SHOWN);
    add_gap(t, over + text_columns(span_from(str_span(out), before)), r);
    add_duration(t, x);
    if (r->failing && r->request_id.len) {
        add(t, t->page.palette->dim);
        add(t, "  ");
        text_escape(out, str_span(&r->request_id), 80);
        add(t, t->page.palette->reset);
    }
    if (mishap(x)) {
        add(t, t->page.palette->yellow);
        add(t, mishap(x));
        add(t, t->page.palette->reset);
    }
    add(t, "\n");
}

/* The block of a failure, or where it stands already. */
static void add_failure(struct terminal *t, struct record *r)
{
    const char *time = time_text(t, r->x->started_ms);
    const char *above =
        t->verbose || !r->explanation_count ? NULL : repeats_above(&t->repeats, r, time);
    if (above) {
        block_repeated(&t->page, r, above);
        return;
    }
    block_failure(&t->page, r);
    if (t->verbose) {
        block_fields(&t->page, r);
    }
    add(t, "\n");
}

static void add_exchange(struct terminal *t, struct record *r)
{
    if (t->is_tty) {
        t->page.width = page_columns(t->outlet.fd); /* anew, since people resize their terminals */
    }
    add_line(t, r);
    if (r->failing) {
        add_failure(t, r);
        return;
    }
    block_findings(&t->page, r, t->verbose ? SEVERITY_NOTE : SEVERITY_WARNING);
    if (t->verbose) {
        block_fields(&t->page, r);
    }
}

void terminal_exchange(struct terminal *t, struct record *r)
{
    if (t->outlet.fd >= 0 && (r->failing || !t->quiet)) {
        size_t before = t->outlet.text.len;
        add_exchange(t, r);
        repeats_wrote(&t->repeats, span_from(str_span(&t->outlet.text), before));
    }
}

void terminal_notice(struct terminal *t, int64_t wall_ms, struct span text)
{
    if (t->outlet.fd >= 0) {
        add_time(t, wall_ms);
        add(t, " ");
        text_escape(&t->outlet.text, text, NOTICE_SHOWN);
        add(t, "\n");
        t->repeats.lines++;
    }
}
