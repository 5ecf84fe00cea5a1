/* What curl -v wrote: "> " before each line of a request's head, "< " before each of a response's,
 * "* " before curl's own remarks, and the response's body without a mark. A remark may follow the
 * body in the same line. curl -i writes a response's head without marks, up to an empty line.
 * Request bodies are not shown by curl. A transcript may hold several calls, and things a terminal
 * adds: prompts, progress. */
#include "made.h"
#include "readers.h"

enum place { OUTSIDE, IN_REQUEST, IN_RESPONSE, IN_BODY };

struct transcript {
    struct input *in;
    struct exchange *x; /* the one that is read; NULL before the first */
    enum place place;
    bool bare;  /* the response's head has no marks */
    bool plain; /* curl's remarks tell of a connection, and nothing of TLS */
    struct err *err;
};

/* Where output and remarks went to one terminal, a line may begin amid the progress. */
static struct span behind_progress(struct span line)
{
    ptrdiff_t progress = span_find(line, SPAN("--:--:--"));
    for (size_t i = progress < 0 ? line.len : (size_t)progress; i + 2 < line.len; i++) {
        struct span rest = span_from(line, i);
        if ((rest.ptr[0] == '<' || rest.ptr[0] == '>' || rest.ptr[0] == '*') &&
            rest.ptr[1] == ' ') {
            return rest;
        }
    }
    return line;
}

static bool next_line(struct span *rest, struct span *line)
{
    bool more = span_cut(rest, '\n', line);
    if (more && line->len && line->ptr[line->len - 1] == '\r') {
        line->len--;
    }
    *line = more ? behind_progress(*line) : *line;
    return more;
}

/* "HTTP/1.1 401 Unauthorized": the status, or 0. */
static int status_of(struct span line)
{
    uint64_t status;
    const char *space = line.len ? memchr(line.ptr, ' ', line.len) : NULL;
    if (!span_starts(line, SPAN("HTTP/")) || !space) {
        return 0;
    }
    struct span digits = span_first(span_from(line, (size_t)(space - line.ptr) + 1), 3);
    return digits.len == 3 && span_u64(digits, &status) && status >= 100 ? (int)status : 0;
}

/* "GET /path HTTP/1.1" */
static bool request_line(struct span line, struct span *method, struct span *target)
{
    struct span version;
    return span_cut(&line, ' ', method) && span_cut(&line, ' ', target) &&
           span_cut(&line, ' ', &version) && span_starts(version, SPAN("HTTP/")) &&
           method->len > 0 && target->len > 0;
}

bool looks_like_curl(struct span bytes)
{
    struct span line;
    struct span method;
    struct span target;
    if (status_of(bytes)) {
        return true;
    }
    while (next_line(&bytes, &line)) {
        struct span rest = span_from(line, 2);
        if ((span_starts(line, SPAN("< ")) && status_of(rest)) ||
            (span_starts(line, SPAN("> ")) && request_line(rest, &method, &target))) {
            return true;
        }
    }
    return false;
}

static void add_field(struct transcript *t, struct http_head *head, struct span line)
{
    const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;
    if (colon) {
        size_t len = (size_t)(colon - line.ptr);
        made_field(t->x, head, span_first(line, len), span_from(line, len + 1));
    }
}

/* 1 when there is no room for more exchanges. */
static int begin(struct transcript *t)
{
    if (made_full(t->in)) {
        return 1;
    }
    t->x = made_new(t->in, t->err);
    return t->x ? 0 : -1;
}

/* A line of a request's head, without its mark. */
static int in_request(struct transcript *t, struct span line)
{
    struct span method;
    struct span target;
    if (t->place != IN_REQUEST) {
        if (!request_line(line, &method, &target)) {
            return 0;
        }
        int rc = begin(t);
        if (rc != 0) {
            return rc;
        }
        t->x->scheme = t->plain ? SPAN("http") : SPAN("https");
        made_request(t->x, method, target);
        t->place = IN_REQUEST;
        return 0;
    }
    if (line.len) {
        add_field(t, &t->x->request.head, line);
    } else {
        t->place = OUTSIDE;
    }
    return 0;
}

/* A line of a response's head, without its mark. An interim answer (1xx) is over with its own head.
 */
static int in_response(struct transcript *t, struct span line, bool bare)
{
    int status = status_of(line);
    if (status) {
        bool next = !t->x || t->x->response.head.status >= 200;
        int rc = next ? begin(t) : 0;
        if (rc != 0) {
            return rc;
        }
        t->x->response.head.status = status;
        t->x->response.head.field_count = 0;
        t->x->response.head.fields = NULL;
        t->place = IN_RESPONSE;
        t->bare = bare;
    } else if (t->place == IN_RESPONSE && line.len) {
        add_field(t, &t->x->response.head, line);
    } else if (t->place == IN_RESPONSE) {
        t->place = t->x->response.head.status < 200 ? OUTSIDE : IN_BODY;
    }
    return 0;
}

/* Progress and the sizes of what was sent, as curl writes them between the lines. */
static bool is_noise(struct span line)
{
    return span_starts(line, SPAN("* ")) || span_ends(line, SPAN("bytes data]")) ||
           span_find(line, SPAN("--:--:--")) >= 0 || span_find(line, SPAN("% Total")) >= 0 ||
           span_find(line, SPAN("Dload  Upload")) >= 0 || span_starts(line, SPAN("curl: ("));
}

static void in_body(struct transcript *t, struct span line)
{
    ptrdiff_t remark = span_find(line, SPAN("* Connection #"));
    if (remark < 0) {
        remark = span_find(line, SPAN("* Closing connection"));
    }
    if (remark >= 0) {
        line = span_first(line, (size_t)remark);
    } else if (is_noise(line)) {
        return;
    }
    if (t->x->response.body.len && line.len) {
        made_body(&t->x->response, SPAN("\n"));
    }
    made_body(&t->x->response, line);
}

static int read_line(struct transcript *t, struct span line)
{
    struct span method;
    struct span target;
    struct span rest = span_from(line, 2);
    bool sent = span_starts(line, SPAN("> ")) || span_eq(line, SPAN(">"));
    bool received = span_starts(line, SPAN("< ")) || span_eq(line, SPAN("<"));
    if (sent && (t->place == IN_REQUEST || request_line(rest, &method, &target))) {
        return in_request(t, rest);
    }
    if (received && (t->place == IN_RESPONSE || status_of(rest))) {
        return in_response(t, rest, false);
    }
    if ((t->place == IN_RESPONSE && t->bare) || (t->place != IN_RESPONSE && status_of(line))) {
        return in_response(t, line, true);
    }
    if (t->place == IN_BODY) {
        in_body(t, line);
    }
    return 0;
}

/* curl names the lone answer of a call through a company's proxy like the answer itself; it has no
 * part in what BitGo said. */
static bool is_tunnel(const struct exchange *x)
{
    return span_eq(x->request.head.method, SPAN("CONNECT")) && x->response.head.status == 200;
}

static bool is_plain(struct span bytes)
{
    return span_find(bytes, SPAN("* Connected to ")) >= 0 && span_find(bytes, SPAN("SSL")) < 0 &&
           span_find(bytes, SPAN("TLS")) < 0 && span_find(bytes, SPAN("ALPN")) < 0;
}

int read_curl(struct input *in, struct span bytes, struct err *err)
{
    struct transcript t = {.in = in, .err = err, .plain = is_plain(bytes)};
    struct span line;
    int rc = 0;
    while (rc == 0 && next_line(&bytes, &line)) {
        rc = read_line(&t, line);
    }
    if (rc < 0) {
        return -1;
    }
    size_t kept = 0;
    for (size_t i = 0; i < in->count; i++) {
        if (is_tunnel(in->exchanges[i])) {
            exchange_free(in->exchanges[i]);
            continue;
        }
        made_finish(in->exchanges[i]);
        in->exchanges[kept++] = in->exchanges[i];
    }
    in->count = kept;
    return 0;
}
