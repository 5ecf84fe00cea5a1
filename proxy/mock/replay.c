/* The HAR's entries stay in the order in which they were recorded, so a call that was made three
 * times gets its three answers, and from then on the third. Bodies of requests are not compared:
 * what was recorded is redacted, and one-time passwords and keys differ from run to run. */
#include "replay.h"

#include <stdlib.h>

#include "files.h"
#include "why401/offline/input.h"

struct replay {
    struct input input; /* owns the exchanges */
    struct recorded *answers;
    size_t count;
    size_t left_out;
};

/* A body that was not kept whole would be another answer. */
static bool can_be_given(const struct exchange *x)
{
    const struct message *m = &x->response;
    return m->head.status >= 200 && m->head.status < 600 && !m->body.truncated &&
           m->body.len <= REPLY_BODY_MOST;
}

static int take_entries(struct replay *r, const char *path, struct err *err)
{
    r->answers = calloc(r->input.count + 1, sizeof *r->answers);
    if (!r->answers) {
        return err_set(err, ERR_MEMORY, "no memory for what %s has recorded", path);
    }
    for (size_t i = 0; i < r->input.count; i++) {
        const struct exchange *x = r->input.exchanges[i];
        if (can_be_given(x)) {
            r->answers[r->count++] = (struct recorded){
                .exchange = x,
                .bearer = http_field(&x->request.head, SPAN("Authorization")) != NULL,
            };
        } else {
            r->left_out++;
        }
    }
    return r->count
               ? 0
               : err_set(err, ERR_INPUT,
                         "%s: log.entries: found no entry with a response, expected one", path);
}

static int read_file(struct replay *r, const char *path, struct err *err)
{
    struct str text;
    str_init(&text, INPUT_MOST);
    int rc = file_whole(path, &text, err);
    if (rc == 0) {
        rc = input_read(&r->input, str_span(&text), path, err);
    }
    str_release(&text);
    if (rc == 0 && r->input.kind != INPUT_HAR) {
        rc = err_set(err, ERR_INPUT, "%s: found no HAR, expected one: an object with log.entries",
                     path);
    }
    if (rc == 0 && r->input.cut) {
        rc = err_set(err, ERR_INPUT, "%s: log.entries: found more than %d, expected at most that",
                     path, INPUT_EXCHANGES_MOST);
    }
    return rc == 0 ? take_entries(r, path, err) : -1;
}

struct replay *replay_read(const char *path, struct err *err)
{
    struct replay *r = calloc(1, sizeof *r);
    if (!r) {
        err_set(err, ERR_MEMORY, "no memory for what %s has recorded", path);
        return NULL;
    }
    if (read_file(r, path, err) != 0) {
        replay_free(r);
        return NULL;
    }
    return r;
}

void replay_free(struct replay *r)
{
    if (r) {
        input_release(&r->input);
        free(r->answers);
    }
    free(r);
}

size_t replay_size(const struct replay *r)
{
    return r ? r->count : 0;
}

size_t replay_left_out(const struct replay *r)
{
    return r ? r->left_out : 0;
}

/* As replay_find, of the requests that had a bearer, or had none. */
static struct recorded *find_with(struct replay *r, const struct call *c, bool bearer)
{
    struct recorded *found = NULL;
    for (size_t i = 0; i < r->count && !(found && !found->played); i++) {
        const struct http_head *head = &r->answers[i].exchange->request.head;
        if (r->answers[i].bearer == bearer && span_eq(head->method, c->request->method) &&
            span_eq(head->target, c->request->target)) {
            found = &r->answers[i];
        }
    }
    return found;
}

struct recorded *replay_find(struct replay *r, const struct call *c)
{
    bool bearer = c->caller->calling != CALLER_NONE;
    struct recorded *found = r ? find_with(r, c, bearer) : NULL;
    return r && !found ? find_with(r, c, !bearer) : found;
}

/* The length of the member `"key": "[redacted]"` at the beginning of text; 0: it is not there. */
static size_t redacted_member(struct span text, const char *key)
{
    const struct span parts[] = {SPAN("\""), span_of(key), SPAN("\""), SPAN(":"),
                                 SPAN("\"[redacted]\"")};
    struct span rest = text;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        while (i > 2 && rest.len && (rest.ptr[0] == ' ' || rest.ptr[0] == '\n')) {
            rest = span_from(rest, 1);
        }
        if (!span_starts(rest, parts[i])) {
            return 0;
        }
        rest = span_from(rest, parts[i].len);
    }
    return text.len - rest.len;
}

/* A token that was given away once is redacted in what was recorded. The client goes on with what
 * it gets, so it gets one of the mock's. */
static void give_token(struct str *body, const char *key, enum mock_token token)
{
    struct str with;
    struct span text = str_span(body);
    str_init(&with, body->limit);
    while (text.len) {
        size_t len = redacted_member(text, key);
        if (len) {
            str_addf(&with, "\"%s\":\"%s\"", key, mock_token(token));
        } else {
            str_add_c(&with, text.ptr[0]);
        }
        text = span_from(text, len ? len : 1);
    }
    str_release(body);
    *body = with;
}

void replay_answer(struct call *c, struct recorded *recorded)
{
    recorded->played = true;
    reply_again(c->reply, &recorded->exchange->response);
    if (c->reply->status < 300) {
        give_token(&c->reply->body, "access_token", MOCK_TOKEN_LOGIN);
        give_token(&c->reply->body, "token", MOCK_TOKEN_GOOD);
    }
}
