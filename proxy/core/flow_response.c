/* The response's way: from the upstream's stream to the client's, and the end of the exchange. */
#include "why401/base/clock.h"
#include "why401/http/serialise.h"

#include "flow_state.h"

/* More interim responses than this in one exchange are no protocol but an attack. */
#define INTERIM_MOST 32

/* A response that is not what HTTP allows. */
static void bad_response(struct flow *f, const char *why)
{
    struct err err;
    err_set(&err, ERR_UPSTREAM_RESPONSE, "%s", why);
    flow_refuse(f, &err);
}

/* Reads the head at the start of the upstream's stream, which holds `len` bytes. */
static int read_head(struct flow *f, size_t len, struct http_head *head, struct err *err)
{
    struct flow_env *env = f->env;
    struct http_limits limits = {
        .head_bytes = env->limits.response_head_bytes,
        .fields = env->limits.header_fields,
    };
    struct span copy = arena_copy(&f->x->arena, span_first(stream_peek(f->upstream), len));
    stream_consume(f->upstream, len);
    *head = (struct http_head){.fields = env->fields};
    if (!copy.ptr) {
        return err_set(err, ERR_MEMORY, "no memory for a response head");
    }
    int rc = http_read_response(copy, &limits, f->x->request.head.method, head, err);
    if (rc == 0 && flow_keep_fields(f, head) != 0) {
        return err_set(err, ERR_MEMORY, "no memory for a response head");
    }
    return rc;
}

/* 1xx: passed on to clients that know it (RFC 9110 §15.2), before the response proper. */
static void pass_interim(struct flow *f, const struct http_head *head)
{
    if (++f->interim > INTERIM_MOST) {
        bad_response(f, "the upstream sent too many interim responses");
    } else if (f->x->request.head.minor == 1) {
        http_write_response(&f->env->staged, head, HTTP_NO_BODY, CONNECTION_SAY_NOTHING);
        (void)stream_write(f->client, str_span(&f->env->staged));
        str_clear(&f->env->staged);
    }
}

/* How the body goes out: HTTP/1.0 knows no chunks; for others what ends with the connection is
 * chunked, so that the client can tell a whole body from a torn one and may keep its connection. */
static enum http_framing outgoing_framing(const struct http_head *request,
                                          const struct http_head *response)
{
    bool lengthless = response->framing == HTTP_CHUNKED || response->framing == HTTP_UNTIL_CLOSE;
    if (!lengthless) {
        return response->framing;
    }
    return request->minor == 0 ? HTTP_UNTIL_CLOSE : HTTP_CHUNKED;
}

/* An upstream that answers before it is asked may answer once more, and one that answers before it
 * has the whole request may take the rest for another: nobody else shall have that connection. */
static bool overtakes(const struct flow *f)
{
    return f->spoke_first || f->request != HALF_DONE || stream_pending(f->upstream) > 0;
}

static void begin_response(struct flow *f)
{
    struct exchange *x = f->x;
    const struct http_head *head = &x->response.head;
    x->answered_us = clock_mono_us();
    x->maker = MAKER_UPSTREAM;
    x->response.head.close = head->close || overtakes(f);
    f->response = HALF_HEAD;
    http_body_begin(&f->down.body, head, f->env->limits.trailer_bytes);
    f->down.out = outgoing_framing(&x->request.head, head);
    /* What failed is judged by its body; of what went well only answers about tokens teach
     * anything. */
    bool telling =
        head->status >= 400 || f->env->capture_all || route_tells_of_tokens(x->target.path);
    f->down.capture = telling && !x->foreign ? f->env->limits.capture_bytes : 0;
    f->down.lost = false;
    f->close = f->close || f->down.out == HTTP_UNTIL_CLOSE;
}

bool flow_take_response(struct flow *f)
{
    struct err err;
    struct http_head head;
    if (!f->upstream || f->response != HALF_IDLE || f->request == HALF_HEAD) {
        return false;
    }
    struct span in = stream_peek(f->upstream);
    size_t len = in.len ? http_head_end(in, &f->response_scanned) : 0;
    if (len == 0 && in.len > f->env->limits.response_head_bytes) {
        bad_response(f, "the upstream's response head is longer than limits.response_head_bytes");
        return true;
    }
    if (len == 0) {
        enum stream_state state = stream_state(f->upstream);
        if (state == STREAM_ENDED || state == STREAM_FAILED) {
            flow_upstream_failed(f);
            return true;
        }
        return false;
    }
    if (stream_room(f->client) == 0) {
        return false;
    }
    f->response_scanned = 0;
    if (read_head(f, len, &head, &err) != 0) {
        flow_refuse(f, &err);
    } else if (head.status == 101 && !f->x->request.head.upgrade) {
        bad_response(f, "the upstream switched protocols without being asked");
    } else if (head.status == 101 && f->request != HALF_DONE) {
        bad_response(f, "the upstream switched protocols before it had the whole request");
    } else if (head.status < 200 && head.status != 101) {
        pass_interim(f, &head);
    } else {
        f->x->response.head = head;
        begin_response(f);
    }
    return true;
}

static void stage_response_head(struct flow *f)
{
    const struct exchange *x = f->x;
    enum http_connection connection = CONNECTION_SAY_NOTHING;
    if (x->response.head.framing != HTTP_TUNNEL) {
        /* An answer that overtakes its request's body: the rest of that will not be read. */
        f->close = f->close || f->request != HALF_DONE;
        connection = f->close                         ? CONNECTION_CLOSE
                     : x->request.head.keep_alive_1_0 ? CONNECTION_KEEP_ALIVE
                                                      : CONNECTION_SAY_NOTHING;
    }
    http_write_response(&f->env->staged, &x->response.head, f->down.out, connection);
    f->response = HALF_BODY;
}

/* The response broke off after its head went out: nothing can repair that, so the client is cut
 * off. */
static void response_broke(struct flow *f, const struct err *err)
{
    bool client_left = stream_state(f->client) == STREAM_FAILED;
    flow_abort(f, client_left ? OUTCOME_CLIENT_GONE : OUTCOME_UPSTREAM_BROKE, err);
}

bool flow_give_response(struct flow *f)
{
    struct err err;
    if ((f->response != HALF_HEAD && f->response != HALF_BODY) || !f->upstream ||
        stream_room(f->client) == 0) {
        return false;
    }
    if (f->response == HALF_HEAD) {
        stage_response_head(f);
    }
    enum transfer_result result =
        transfer_run(&f->down, f->upstream, f->client, &f->env->staged, &f->x->response, &err);
    if (result == TRANSFER_BROKEN) {
        response_broke(f, &err);
    } else if (result == TRANSFER_DONE && f->x->response.head.framing == HTTP_TUNNEL) {
        f->request = f->response = HALF_TUNNEL;
        f->x->outcome = OUTCOME_TUNNEL;
    } else if (result == TRANSFER_DONE) {
        f->response = HALF_DONE;
        f->x->response.complete = true;
    }
    return result != TRANSFER_WAITS;
}

/* Copies what waits in one direction of a tunnel. */
static bool copy_bytes(struct stream *from, struct stream *to, uint64_t *count)
{
    struct span in = span_first(stream_peek(from), stream_room(to));
    if (in.len == 0 || stream_write(to, in) != 0) {
        return false;
    }
    stream_consume(from, in.len);
    *count += in.len;
    return true;
}

/* One direction has come to this state, and everything of it was passed on. */
static bool is_through(const struct stream *from, enum stream_state state)
{
    return stream_state(from) == state && stream_peek(from).len == 0;
}

bool flow_tunnel(struct flow *f)
{
    if (f->response != HALF_TUNNEL) {
        return false;
    }
    bool moved = copy_bytes(f->client, f->upstream, &f->x->request.body_bytes);
    moved = copy_bytes(f->upstream, f->client, &f->x->response.body_bytes) || moved;
    /* One side broke: the other gets what had come of it, and sees that it is not all. */
    f->torn = stream_state(f->client) == STREAM_FAILED || is_through(f->upstream, STREAM_FAILED);
    f->client->torn = f->upstream->torn = f->torn;
    bool client_over =
        f->torn || is_through(f->client, STREAM_ENDED) || stream_is_deaf(f->upstream);
    bool upstream_over = f->torn || is_through(f->upstream, STREAM_ENDED);
    if (client_over) {
        stream_end(f->upstream);
    }
    if (upstream_over) {
        stream_end(f->client);
    }
    if (client_over && upstream_over) {
        f->x->request.complete = f->x->response.complete = true;
        f->request = f->response = HALF_DONE;
        f->close = true;
        return true;
    }
    return moved;
}

/* Nothing of this exchange may linger in a stream that another exchange will use. */
static bool may_be_reused(const struct flow *f)
{
    return f->upstream && f->request == HALF_DONE && !f->x->response.head.close &&
           f->x->maker == MAKER_UPSTREAM && f->x->outcome == OUTCOME_COMPLETE &&
           stream_state(f->upstream) == STREAM_OPEN && !stream_is_deaf(f->upstream) &&
           stream_peek(f->upstream).len == 0;
}

bool flow_finish_exchange(struct flow *f)
{
    if (f->response != HALF_DONE) {
        return false;
    }
    struct exchange *x = f->x;
    bool whole = f->request == HALF_DONE;
    bool close = f->close || !whole || f->env->draining;
    flow_release_upstream(f, may_be_reused(f));
    x->finished_us = clock_mono_us();
    f->x = NULL;
    f->request = f->response = HALF_IDLE;
    f->fresh = f->close = false;
    f->interim = 0;
    f->response_scanned = 0;
    /* Of the next exchange, which may have begun before this pump is over, nothing has been waited
     * for yet. */
    f->wait = WAIT_NONE;
    deadline_clear(&f->deadline);
    flow_hand_over(f, x);
    if (close) {
        flow_close(f, true);
    }
    return true;
}
