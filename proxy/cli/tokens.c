/* why401 tokens: what the ledger knows of each token, as a table for people or as JSON. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "fold.h"
#include "ledger_file.h"
#include "options.h"
#include "paint.h"
#include "print_json.h"
#include "say.h"
#include "why401/base/clock.h"
#include "why401/observe/text.h"

#define AGO_SIZE    32
#define TEXT_COLUMN 17  /* behind a label */
#define TEXT_MOST   400 /* bytes of one peer's text */

struct listing {
    const struct paint *paint;
    int64_t now_ms;
    json_t *rows; /* NULL: a table is wanted */
    size_t count;
};

/* "3 h", "12 days": the larger of two units, rounded down. */
static const char *span_of_time(int64_t ms, char text[AGO_SIZE])
{
    int64_t minutes = (ms < 0 ? -ms : ms) / 60000;
    if (minutes < 120) {
        snprintf(text, AGO_SIZE, "%" PRId64 " min", minutes);
    } else if (minutes < 2880) {
        snprintf(text, AGO_SIZE, "%" PRId64 " h", minutes / 60);
    } else {
        snprintf(text, AGO_SIZE, "%" PRId64 " days", minutes / 1440);
    }
    return text;
}

/* A line of a token's block; one that has nothing to say is left out. */
static void print_line(const struct listing *list, const char *label, const char *text)
{
    struct str safe;
    if (!text || !text[0]) {
        return;
    }
    str_init(&safe, 8192);
    text_escape(&safe, span_of(text), TEXT_MOST);
    printf("  %s%-14s%s ", list->paint->dim, label, list->paint->reset);
    fold_print(stdout, TEXT_COLUMN, "%s", str_cstr(&safe));
    str_release(&safe);
}

static void print_moment(const struct listing *list, const char *label, int64_t ms)
{
    char when[CLOCK_TEXT_SIZE];
    char ago[AGO_SIZE];
    char text[CLOCK_TEXT_SIZE + AGO_SIZE + 16];
    if (ms) {
        snprintf(text, sizeof text, ms > list->now_ms ? "%s (in %s)" : "%s (%s ago)",
                 clock_minute(ms, when), span_of_time(ms - list->now_ms, ago));
        print_line(list, label, text);
    }
}

static void print_scopes(const struct listing *list, const struct passport *p)
{
    struct str text;
    str_init(&text, 4096);
    for (size_t i = 0; p->scopes && p->scopes[i]; i++) {
        str_addf(&text, "%s%s", i ? ", " : "", p->scopes[i]);
    }
    print_line(list, "scopes", str_cstr(&text));
    str_release(&text);
}

static void print_row(struct listing *list, const struct ledger_row *row)
{
    const struct passport *p = row->passport;
    const char *name = p->fingerprint[0] ? p->fingerprint : "(not used yet)";
    char uses[96];
    struct str label;
    str_init(&label, 4096);
    text_escape(&label, span_of(p->label ? p->label : "(label not known)"), TEXT_MOST);
    printf("%s%s%s  ", list->paint->bold, name, list->paint->reset);
    fold_print(stdout, strlen(name) + 2, "%s", str_cstr(&label));
    str_release(&label);
    print_line(list, "token id", row->token_id);
    print_line(list, "environment", row->environment);
    print_line(list, "host", p->host);
    print_line(list, "kind",
               p->life == TOKEN_LIFE_LOGIN  ? "of a login, short-lived"
               : p->life == TOKEN_LIFE_LONG ? "long-lived"
                                            : NULL);
    print_scopes(list, p);
    print_moment(list, "created", p->created_ms);
    print_moment(list, p->expires_ms && p->expires_ms < list->now_ms ? "expired" : "expires",
                 p->expires_ms);
    print_moment(list, p->logged_out ? "logged out" : "deleted", p->deleted_ms);
    print_line(list, "IP restriction", row->ip_restrict);
    print_line(list, "limits", p->limits_removed ? "removed by an unlock" : row->limits);
    snprintf(uses, sizeof uses, "%" PRIu64 " answered well, %" PRIu64 " failed", row->successes,
             row->failures);
    print_line(list, "uses", uses);
    print_moment(list, "last success", row->last_success_ms);
    print_moment(list, "last failure", row->last_failure_ms);
    print_line(list, "last problem", row->last_problem);
    printf("\n");
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *moment_or_null(int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];
    return ms ? json_string(clock_text(ms, text)) : json_null();
}

static json_t *scopes_of(const struct passport *p)
{
    json_t *list = p->scopes ? json_array() : json_null();
    for (size_t i = 0; p->scopes && p->scopes[i]; i++) {
        json_array_append_new(list, json_string(p->scopes[i]));
    }
    return list;
}

static void add_row(struct listing *list, const struct ledger_row *row)
{
    static const char *const lives[] = {"unknown", "login", "long"};
    const struct passport *p = row->passport;
    json_t *object = json_object();
    json_object_set_new(object, "fingerprint", json_string(p->fingerprint));
    json_object_set_new(object, "label", text_or_null(p->label));
    json_object_set_new(object, "token_id", text_or_null(row->token_id));
    json_object_set_new(object, "environment", text_or_null(row->environment));
    json_object_set_new(object, "host", text_or_null(p->host));
    json_object_set_new(object, "life", json_string(lives[p->life]));
    json_object_set_new(object, "scopes", scopes_of(p));
    json_object_set_new(object, "created", moment_or_null(p->created_ms));
    json_object_set_new(object, "expires", moment_or_null(p->expires_ms));
    json_object_set_new(object, "deleted", moment_or_null(p->deleted_ms));
    json_object_set_new(object, "logged_out", json_boolean(p->logged_out));
    json_object_set_new(object, "ip_restrict", text_or_null(row->ip_restrict));
    json_object_set_new(object, "limits", text_or_null(row->limits));
    json_object_set_new(object, "limits_removed", json_boolean(p->limits_removed));
    json_object_set_new(object, "successes", json_integer((json_int_t)row->successes));
    json_object_set_new(object, "failures", json_integer((json_int_t)row->failures));
    json_object_set_new(object, "first_seen", moment_or_null(row->first_seen_ms));
    json_object_set_new(object, "last_success", moment_or_null(row->last_success_ms));
    json_object_set_new(object, "last_failure", moment_or_null(row->last_failure_ms));
    json_object_set_new(object, "last_problem", text_or_null(row->last_problem));
    json_array_append_new(list->rows, object);
}

static void visit(void *ctx, const struct ledger_row *row)
{
    struct listing *list = ctx;
    list->count++;
    if (list->rows) {
        add_row(list, row);
    } else {
        print_row(list, row);
    }
}

static int finish(struct listing *list)
{
    if (list->rows) {
        print_json(list->rows);
    } else if (list->count == 0) {
        printf("No token has passed yet.\n");
    }
    return printed_all() ? ENDED_WELL : ENDED_BADLY;
}

static int print_tokens(const struct config_flags *flags, bool json)
{
    struct err err;
    struct config *config = config_load(flags, &err);
    struct ledger *ledger = config ? ledger_file_read(config, &err) : NULL;
    config_drop(config);
    if (!ledger) {
        return say_error(&err);
    }
    struct listing list = {.paint = paint_for(STDOUT_FILENO),
                           .now_ms = clock_wall_ms(),
                           .rows = json ? json_array() : NULL};
    ledger_each(ledger, visit, &list);
    ledger_close(ledger);
    return finish(&list);
}

int command_tokens(int argc, char **argv)
{
    struct config_flags flags = {0};
    bool json = false;
    struct err err;
    const struct option_row rows[] = {
        {"--json", NULL, NULL, &json},
        {"--ledger", "FILE", &flags.ledger, NULL},
        {"--config", "FILE", &flags.config, NULL},
    };
    switch (options_read("tokens", rows, sizeof rows / sizeof rows[0], argc, argv, &err)) {
    case OPTIONS_HELP:
        return print_whole(help_tokens);
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    return print_tokens(&flags, json);
}
