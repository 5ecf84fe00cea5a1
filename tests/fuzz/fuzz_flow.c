/* A whole flow between a client and upstreams in memory, each of which sends what it likes, when it
 * likes. What reaches an upstream is read again as a strict server would: it must be requests that
 * the client sent, whole or a beginning of them, in their order, and not a byte more. What reaches
 * the client must be whole responses, at most one for each request, and the beginning of the next.
 * Nothing is forgotten: every exchange that began is finished.
 *
 * Input: steps, each a line "%%WORD" and the bytes up to the next. WORD: c (the client sends), u
 * (the newest upstream sends), C and U (they end), X and Y (they break), n (upstreams connect
 * first, or not any more), o (the newest is connected), p (upstreams have served before, or not any
 * more), f (none is to be had, or is again), d (drain). */
#include "fuzz.h"
#include "proxy/core/flow.h"
#include "proxy/net/worker_loop.h"
#include "tests/lib/memory_stream.h"
#include "why401/http/body.h"

#define UPSTREAMS   16
#define FIELDS_MOST 128
#define CALLS_MOST  64

static const struct upstream_address address = {
    .host = "app.bitgo.com", .port = 443, .tls = true, .authority = "app.bitgo.com"};

/* One request as a strict reader finds it. */
struct call {
    struct str method;
    struct str target;
    struct str content;
    bool whole;
};

struct calls {
    struct call list[CALLS_MOST];
    size_t count;
    bool broken; /* what follows is no request */
};

static struct {
    struct worker *worker;
    struct flow_env env;
    atomic_uint_fast64_t ids;
    struct origin origin;
    struct route route;
    struct conn_info info;
    struct memory_stream client;
    struct str sent; /* by the client, all of it */
    struct memory_stream upstream[UPSTREAMS];
    size_t opened;
    size_t finished;
    bool connects;
    bool pooled;
    bool none;
    bool tunnel; /* from then on no HTTP is spoken */
} t;

static struct stream *open_next(struct origin *o, struct exchange *x, bool fresh, struct err *err)
{
    (void)o;
    if (t.none || t.opened == UPSTREAMS) {
        err_set(err, ERR_CONNECT, "there is none");
        return NULL;
    }
    struct memory_stream *m = &t.upstream[t.opened++];
    memory_init(m, t.connects ? STREAM_CONNECTING : STREAM_OPEN);
    x->reused_connection = t.pooled && !fresh;
    return &m->stream;
}

static void release(struct origin *o, struct stream *s, bool reuse)
{
    (void)o;
    (void)reuse;
    stream_close(s);
}

static void finished(void *ctx, struct exchange *x)
{
    (void)ctx;
    t.finished++;
    CHECK(x->outcome != OUTCOME_COMPLETE || x->response.complete);
    CHECK(x->outcome != OUTCOME_COMPLETE || x->response.head.status >= 100);
    CHECK(x->request.body.len <= x->request.body_bytes || x->outcome != OUTCOME_COMPLETE);
    t.tunnel = t.tunnel || x->response.head.framing == HTTP_TUNNEL;
    exchange_free(x);
}

static void set_up(void)
{
    static const struct origin_ops ops = {.open = open_next, .release = release};
    static const struct inspect_options nothing_known;
    struct err err = {0};
    struct worker *worker = t.worker ? t.worker : worker_new(&err);
    CHECK(worker);
    memset(&t, 0, sizeof t);
    t.worker = worker;
    t.origin.ops = &ops;
    flow_env_init(&t.env);
    t.env.worker = worker;
    t.route = (struct route){&address, &t.origin};
    t.env.routes = &t.route;
    t.env.route_count = 1;
    t.env.inspect = &nothing_known;
    t.env.finished = finished;
    t.env.ids = &t.ids;
#define X(key, value, least, most, meaning) t.env.limits.key = value;
    LIMITS_LIST(X)
#undef X
#define X(key, value, least, most, meaning) t.env.timeouts.key = value;
    TIMEOUTS_LIST(X)
#undef X
    memory_init(&t.client, STREAM_OPEN);
    str_init(&t.sent, 1u << 20);
    CHECK(flow_start(&t.env, &t.client.stream, &t.info, &t.route, ERR_NONE) == 0);
}

static void tear_down(void)
{
    while (!list_empty(&t.env.flows)) {
        flow_cut(t.env.flows.next);
    }
    worker_settle(t.worker);
    CHECK(t.client.closed && t.env.flow_count == 0);
    for (size_t i = 0; i < t.opened; i++) {
        CHECK(t.upstream[i].closed);
        memory_release(&t.upstream[i]);
    }
    memory_release(&t.client);
    str_release(&t.sent);
    flow_env_release(&t.env);
}

/* --- a strict reader --- */

static void call_init(struct call *call, const struct http_head *head)
{
    str_init(&call->method, 1u << 16);
    str_init(&call->target, 1u << 16);
    str_init(&call->content, 1u << 20);
    str_add(&call->method, head->method);
    struct target split = target_split(head->target);
    str_add(&call->target, span_starts(split.local, SPAN("/")) ? SPAN("") : SPAN("/"));
    str_add(&call->target, split.local);
    call->whole = false;
}

/* Reads one body; *in is moved behind it. False when it is not whole. */
static bool read_body(const struct http_head *head, struct span *in, struct str *content,
                      bool *broken)
{
    struct http_body body;
    struct err err = {0};
    http_body_begin(&body, head, 16384);
    while (!http_body_done(&body)) {
        struct span data;
        size_t used;
        if (http_body_next(&body, *in, 65536, &data, &used, &err) != 0) {
            *broken = true;
            return false;
        }
        if (used == 0) {
            return head->framing == HTTP_UNTIL_CLOSE;
        }
        str_add(content, data);
        *in = span_from(*in, used);
    }
    return true;
}

static void read_calls(struct calls *calls, struct span in)
{
    const struct http_limits limits = {65536, 16384, FIELDS_MOST};
    struct http_field fields[FIELDS_MOST];
    *calls = (struct calls){0};
    while (in.len && calls->count < CALLS_MOST && !calls->broken) {
        struct http_head head = {.fields = fields};
        struct err err = {0};
        size_t scanned = 0;
        while (span_starts(in, SPAN("\r\n"))) {
            in = span_from(in, 2);
        }
        size_t len = http_head_end(in, &scanned);
        if (len == 0) {
            return;
        }
        if (http_read_request(span_first(in, len), &limits, &head, &err) != 0) {
            calls->broken = true;
            return;
        }
        in = span_from(in, len);
        struct call *call = &calls->list[calls->count++];
        call_init(call, &head);
        call->whole = read_body(&head, &in, &call->content, &calls->broken);
        if (!call->whole) {
            return;
        }
    }
}

static void calls_release(struct calls *calls)
{
    for (size_t i = 0; i < calls->count; i++) {
        str_release(&calls->list[i].method);
        str_release(&calls->list[i].target);
        str_release(&calls->list[i].content);
    }
}

/* --- what must hold --- */

static bool is_call(const struct call *got, const struct call *sent)
{
    return span_eq(str_span(&got->method), str_span(&sent->method)) &&
           span_eq(str_span(&got->target), str_span(&sent->target)) &&
           span_starts(str_span(&sent->content), str_span(&got->content)) &&
           (!got->whole || got->content.len == sent->content.len);
}

/* Calls that an upstream got are among those sent, from *next on, in their order; the same one may
 * come once more, when it was tried again. */
static void check_upstream(const struct memory_stream *m, const struct calls *sent, size_t *next)
{
    static struct calls got;
    read_calls(&got, str_span(&m->far_out));
    CHECK(!got.broken || t.tunnel);
    for (size_t i = 0; i < got.count && !t.tunnel; i++) {
        size_t at = *next > 0 ? *next - 1 : 0;
        while (at < sent->count && !is_call(&got.list[i], &sent->list[at])) {
            at++;
        }
        if (at == sent->count) {
            fprintf(stderr, "upstream got:\n%s\n", str_cstr(&m->far_out));
        }
        CHECK(at < sent->count);
        *next = at + 1;
    }
    calls_release(&got);
}

static void check_client(const struct calls *sent)
{
    const struct http_limits limits = {.head_bytes = 1u << 20, .fields = FIELDS_MOST};
    struct http_field fields[FIELDS_MOST];
    struct span in = str_span(&t.client.far_out);
    struct str content;
    bool broken = false;
    size_t answers = 0;
    str_init(&content, 4u << 20);
    while (in.len && !t.tunnel) {
        struct http_head head = {.fields = fields};
        struct err err = {0};
        size_t scanned = 0;
        size_t len = http_head_end(in, &scanned);
        CHECK(len > 0);
        struct span method =
            answers < sent->count ? str_span(&sent->list[answers].method) : SPAN("GET");
        if (http_read_response(span_first(in, len), &limits, method, &head, &err) != 0) {
            fprintf(stderr, "%s; client got:\n%s\n", err.text, str_cstr(&t.client.far_out));
        }
        CHECK(err.code == ERR_NONE);
        in = span_from(in, len);
        answers += head.status >= 200;
        if (answers > sent->count || head.framing == HTTP_TUNNEL) {
            break; /* the answer to what is no request; its method is anybody's guess */
        }
        if (!read_body(&head, &in, &content, &broken)) {
            CHECK(!broken);
            break;
        }
    }
    CHECK(t.tunnel || answers <= sent->count + 1);
    str_release(&content);
}

static void check_all(void)
{
    static struct calls sent;
    size_t next = 0;
    read_calls(&sent, str_span(&t.sent));
    for (size_t i = 0; i < t.opened; i++) {
        check_upstream(&t.upstream[i], &sent, &next);
    }
    check_client(&sent);
    calls_release(&sent);
}

/* --- the script --- */

static bool is_usable(const struct memory_stream *m)
{
    return !m->closed && m->state == STREAM_OPEN;
}

static void step(char word, struct span bytes)
{
    struct memory_stream *upstream = t.opened ? &t.upstream[t.opened - 1] : NULL;
    if (upstream && (upstream->closed || upstream->state == STREAM_FAILED)) {
        upstream = NULL;
    }
    switch (word) {
    case 'c':
        if (is_usable(&t.client)) {
            str_add(&t.sent, bytes);
            far_send(&t.client, bytes);
        }
        break;
    case 'u':
        if (upstream && is_usable(upstream)) {
            far_send(upstream, bytes);
        }
        break;
    case 'C':
    case 'X':
        if (is_usable(&t.client)) {
            far_set_state(&t.client, word == 'C' ? STREAM_ENDED : STREAM_FAILED);
        }
        break;
    case 'U':
    case 'Y':
        if (upstream && (word == 'Y' || upstream->state == STREAM_OPEN)) {
            far_set_state(upstream, word == 'U' ? STREAM_ENDED : STREAM_FAILED);
        }
        break;
    case 'o':
        if (upstream && upstream->state == STREAM_CONNECTING) {
            far_set_state(upstream, STREAM_OPEN);
        }
        break;
    case 'n':
        t.connects = !t.connects;
        break;
    case 'p':
        t.pooled = !t.pooled;
        break;
    case 'f':
        t.none = !t.none;
        break;
    case 'd':
        if (!list_empty(&t.env.flows)) {
            flow_drain(t.env.flows.next);
        }
        break;
    default:
        break;
    }
    worker_settle(t.worker);
}

/* Both ends read what was written to them, which makes room for more. */
static void read_all(void)
{
    if (!t.client.closed) {
        far_read(&t.client, t.client.unread);
        worker_settle(t.worker);
    }
    for (size_t i = 0; i < t.opened; i++) {
        if (!t.upstream[i].closed) {
            far_read(&t.upstream[i], t.upstream[i].unread);
            worker_settle(t.worker);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span in = fuzz_span(bytes, size);
    set_up();
    while (span_starts(in, SPAN("%%")) && in.len > 2) {
        char word = in.ptr[2];
        fuzz_line(&in);
        ptrdiff_t end = span_find(in, SPAN("%%"));
        struct span part = end < 0 ? in : span_first(in, (size_t)end);
        in = span_from(in, part.len);
        step(word, part);
        read_all();
    }
    uint64_t began = atomic_load(&t.ids);
    while (!list_empty(&t.env.flows)) {
        flow_cut(t.env.flows.next);
    }
    worker_settle(t.worker);
    CHECK(t.finished <= began);
    check_all();
    tear_down();
    return 0;
}
