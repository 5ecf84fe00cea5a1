/* The request's way: from the client's stream, past the inspectors, to the upstream's stream. */
#include "why401/base/clock.h"
#include "why401/http/serialise.h"

#include "flow_state.h"

/* Memory of one exchange: two heads, their fields, findings. */
#define ARENA_MOST (4u << 20)

/* Empty lines before a request line are skipped (RFC 9112 §2.2). */
static struct span skip_empty_lines(struct flow *f)
{
    struct span in = stream_peek(f->client);
    size_t empty = 0;
    while (span_starts(span_from(in, empty), SPAN("\r\n"))) {
        empty += 2;
    }
    if (empty) {
        stream_consume(f->client, empty);
        f->scanned = 0;
        in = stream_peek(f->client);
    }
    return in;
}

int flow_begin_exchange(struct flow *f)
{
    struct exchange *x = exchange_new(atomic_fetch_add(f->env->ids, 1) + 1, ARENA_MOST);
    if (!x) {
        return -1;
    }
    x->started_ms = clock_wall_ms();
    x->started_us = clock_mono_us();
    x->peer = f->info->peer;
    x->forwarded = f->info->forwarded;
    x->tls = f->info->tls;
    f->x = x;
    flow_go_home(f);
    f->request = HALF_HEAD;
    f->scanned = 0;
    f->close = f->close || f->env->draining;
    return 0;
}

int flow_keep_fields(struct flow *f, struct http_head *head)
{
    size_t size = head->field_count * sizeof *head->fields;
    const struct http_field *scratch = head->fields;
    head->fields = size ? arena_alloc(&f->x->arena, size) : NULL;
    if (size && !head->fields) {
        head->field_count = 0;
        return -1;
    }
    if (size) {
        memcpy(head->fields, scratch, size);
    }
    return 0;
}

/* Reads the head into the exchange, whose arena gets all of its bytes. */
static int read_head(struct flow *f, struct span bytes, struct err *err)
{
    struct flow_env *env = f->env;
    struct http_limits limits = {
        .head_bytes = env->limits.request_head_bytes,
        .request_line_bytes = env->limits.request_line_bytes,
        .fields = env->limits.header_fields,
    };
    struct http_head *head = &f->x->request.head;
    struct span copy = arena_copy(&f->x->arena, bytes);
    if (!copy.ptr) {
        return err_set(err, ERR_MEMORY, "no memory for a request head");
    }
    *head = (struct http_head){.fields = env->fields};
    int rc = http_read_request(copy, &limits, head, err);
    if (flow_keep_fields(f, head) != 0) {
        return err_set(err, ERR_MEMORY, "no memory for a request head");
    }
    f->x->target = target_split(head->target);
    return rc;
}

/* What the inspectors and this server's state say to a request whose head is whole. */
static int judge(struct flow *f, struct err *err)
{
    if (f->refuse != ERR_NONE) {
        f->close = true; /* it takes a place that is not there */
        return err_set(err, f->refuse, "there are %zu client connections already",
                       f->env->flow_count);
    }
    if (flow_choose_route(f, err) != 0) {
        return -1;
    }
    if (!f->env->inspect || f->x->foreign || flow_is_connect(f)) {
        return 0;
    }
    int rc = inspect_request(f->x, f->env->inspect, err);
    const struct finding *urgent = f->env->urgent ? inspect_urgent(f->x) : NULL;
    if (urgent) {
        f->env->urgent(f->env->ctx, f->x, urgent);
    }
    return rc;
}

/* Nothing that could begin a request, or more of a head than is allowed: no need to wait for its
 * end. */
static bool is_hopeless(const struct flow *f, struct span in)
{
    const struct limits *limits = &f->env->limits;
    size_t line_most = limits->request_line_bytes; /* up to its LF */
    if (in.len == 1 && in.ptr[0] == '\r') {
        return false; /* half of an empty line */
    }
    bool starts_well =
        in.ptr[0] > ' ' && in.ptr[0] < 0x7f && !memchr("\"(),/:;<=>?@[\\]{}", in.ptr[0], 17);
    bool long_line = in.len > line_most && !memchr(in.ptr, '\n', line_most + 1);
    return !starts_well || long_line || in.len > limits->request_head_bytes ||
           stream_state(f->client) == STREAM_ENDED;
}

/* A handshake that failed tells a person something; a connection that merely ended does not. */
static void tell_of_failure(const struct flow *f)
{
    const struct err *why = stream_error(f->client);
    if (f->env->notice && (why->code == ERR_TLS || why->code == ERR_BAD_REQUEST)) {
        f->env->notice(f->env->ctx, f->info->peer, why);
    }
}

/* The client's stream between two requests. */
static void look_between_requests(struct flow *f)
{
    enum stream_state state = stream_state(f->client);
    if (state == STREAM_FAILED) {
        tell_of_failure(f);
        flow_close(f, false);
    } else if (state == STREAM_ENDED || (f->env->draining && state == STREAM_OPEN)) {
        flow_close(f, true);
    }
}

bool flow_take_request(struct flow *f)
{
    if (f->x || f->request != HALF_IDLE) {
        return false;
    }
    struct span in = skip_empty_lines(f);
    if (in.len == 0 || stream_state(f->client) == STREAM_FAILED) {
        look_between_requests(f);
        return false;
    }
    size_t len = http_head_end(in, &f->scanned);
    if (len == 0 && !is_hopeless(f, in)) {
        return false;
    }
    struct err err;
    if (flow_begin_exchange(f) != 0) {
        flow_close(f, false);
        return false;
    }
    int rc = read_head(f, len ? span_first(in, len) : in, &err);
    stream_consume(f->client, len ? len : in.len);
    if (rc != 0) {
        f->close = true;
        flow_note_stranger(f);
        flow_refuse(f, &err);
        return true;
    }
    f->close = f->close || f->x->request.head.close;
    http_body_begin(&f->up.body, &f->x->request.head, f->env->limits.trailer_bytes);
    f->up.out = f->x->request.head.framing;
    f->up.lost = false;
    if (judge(f, &err) != 0) {
        flow_note_stranger(f);
        flow_refuse(f, &err);
    } else if (flow_is_connect(f) && !f->x->foreign) {
        flow_intercept(f);
        return true;
    }
    f->up.capture = f->x && f->x->foreign ? 0 : f->env->limits.capture_bytes;
    return true;
}

/* A chunked request goes upstream only once its first chunk line has proved to be one, unless the
 * client waits for 100 (Continue) before it sends any. */
static bool body_begins_well(struct flow *f, bool *refused)
{
    const struct http_head *head = &f->x->request.head;
    struct err err;
    uint64_t size;
    size_t used;
    *refused = false;
    if (head->framing != HTTP_CHUNKED || head->expect_continue) {
        return true;
    }
    if (http_chunk_line(stream_peek(f->client), &size, &used, &err) != 0) {
        *refused = true;
        f->close = true;
        flow_refuse(f, &err);
        return false;
    }
    return used > 0;
}

bool flow_open_origin(struct flow *f)
{
    struct err err;
    bool refused;
    if (f->request != HALF_HEAD || f->upstream || f->response != HALF_IDLE) {
        return false;
    }
    if (!body_begins_well(f, &refused)) {
        if (!refused && stream_state(f->client) == STREAM_ENDED) {
            err_set(&err, ERR_BAD_REQUEST, "the connection ended before the body began");
            flow_refuse(f, &err);
            refused = true;
        }
        return refused;
    }
    f->upstream = origin_open(f->route->origin, f->x, f->fresh, &err);
    if (!f->upstream) {
        flow_refuse(f, &err);
        return true;
    }
    f->upstream->on_event = f->client->on_event;
    f->upstream->ctx = f;
    return true;
}

/* The target in origin form: an absolute one loses scheme and authority, and has a path at least
 * (RFC 9112 §3.2.1, §3.2.2). Without memory for that it is empty. */
static struct span origin_target(struct exchange *x)
{
    if (x->target.form != TARGET_ABSOLUTE) {
        return x->request.head.target;
    }
    struct span local = x->target.local;
    return local.len && local.ptr[0] == '/' ? local
                                            : arena_printf(&x->arena, "/%.*s", SPAN_ARG(local));
}

/* For the Host field: the upstream's name, or what the client says (RFC 9112 §3.2.2). */
static struct span authority_of(const struct flow *f)
{
    if (f->route->address) {
        return span_of(f->route->address->authority);
    }
    return f->x->foreign ? f->x->target.authority : http_value(&f->x->request.head, SPAN("host"));
}

static void stage_request_head(struct flow *f)
{
    const struct http_head *head = &f->x->request.head;
    const struct via *via = f->x->foreign ? flow_asks_via(f) : NULL;
    struct span target = via ? head->target : origin_target(f->x);
    struct str *staged = &f->env->staged;
    http_write_request(staged, head, target, authority_of(f), head->upgrade);
    staged->failed = staged->failed || !target.ptr;
    if (via && via->authorization && !staged->failed) {
        staged->len -= 2; /* the empty line */
        str_addf(staged, "Proxy-Authorization: %s\r\n\r\n", via->authorization);
    }
    f->spoke_first = stream_peek(f->upstream).len > 0;
    f->x->sent_us = clock_mono_us();
    f->x->upstream_ip = stream_peer(f->upstream);
    f->request = HALF_BODY;
}

/* The request broke off on the client's side. */
static void request_broke(struct flow *f, const struct err *err)
{
    f->close = true;
    if (err->code == ERR_CONNECTION && stream_state(f->upstream) == STREAM_FAILED) {
        flow_upstream_failed(f);
    } else if (stream_state(f->client) == STREAM_OPEN) {
        flow_refuse(f, err);
    } else {
        flow_abort(f, OUTCOME_CLIENT_GONE, err);
    }
}

bool flow_give_request(struct flow *f)
{
    struct err err;
    if (!f->upstream || (f->request != HALF_HEAD && f->request != HALF_BODY)) {
        return false;
    }
    enum stream_state state = stream_state(f->upstream);
    if (state == STREAM_CONNECTING) {
        return false;
    }
    if (state == STREAM_FAILED || (state == STREAM_ENDED && f->request == HALF_HEAD)) {
        /* A response may be there all the same; take_response looks at that first. */
        if (f->request == HALF_HEAD) {
            flow_upstream_failed(f);
            return true;
        }
        return false;
    }
    if (flow_is_connect(f)) {
        return flow_enter_tunnel(f);
    }
    if (stream_room(f->upstream) == 0) {
        return false;
    }
    if (f->request == HALF_HEAD) {
        stage_request_head(f);
    }
    enum transfer_result result =
        transfer_run(&f->up, f->client, f->upstream, &f->env->staged, &f->x->request, &err);
    if (result == TRANSFER_DONE) {
        f->request = HALF_DONE;
        f->x->request.complete = true;
    } else if (result == TRANSFER_BROKEN) {
        request_broke(f, &err);
    }
    return result != TRANSFER_WAITS;
}
