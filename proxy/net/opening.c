/* One port for everything (design, decision 1): the first bytes tell. They gather in the
 * connection's `cipher` until it is clear what they are; then TLS is fed with them, or they become
 * the first bytes of plain HTTP. From the first byte on the handshake deadline runs; a client that
 * sends nothing at all is the holder's affair.
 *
 * A connection over which a CONNECT was answered goes through it a second time (conn_restart): what
 * the client sent behind its CONNECT gathers in `cipher` as if it came now, and is looked at when
 * the callback that restarted it has ended. */
#include "opening.h"

#include <stdlib.h>

#include "proxy_protocol.h"

#define TLS_HANDSHAKE_RECORD 0x16

struct opening {
    struct tls_context *tls; /* NULL: never TLS */
    bool proxy_header;       /* a PROXY protocol header is still to come */
    uint32_t handshake_ms;   /* for header and TLS handshake together */
    bool started;            /* the first byte was seen */
    size_t name_len;
    char name[]; /* whom a client without SNI means */
};

int opening_begin(struct conn *c, struct tls_context *tls, struct span name, bool proxy_protocol,
                  uint32_t handshake_ms)
{
    struct opening *o = malloc(sizeof *o + name.len);
    if (!o) {
        return -1;
    }
    *o = (struct opening){.tls = tls,
                          .proxy_header = proxy_protocol,
                          .handshake_ms = handshake_ms,
                          .name_len = name.len};
    if (name.len) {
        memcpy(o->name, name.ptr, name.len);
    }
    c->opening = o;
    return 0;
}

int conn_restart(struct stream *s, struct tls_context *tls, struct span name, uint32_t handshake_ms)
{
    struct conn *c = conn_of(s);
    bool usable = (c->state == STREAM_OPEN || c->state == STREAM_ENDED) && !c->ended;
    if (!usable || c->tls || opening_begin(c, tls, name, false, handshake_ms) != 0) {
        return -1;
    }
    if (buf_append(&c->cipher, buf_peek(&c->in)) != 0) {
        opening_free(c->opening);
        c->opening = NULL;
        return -1;
    }
    buf_consume(&c->in, buf_len(&c->in));
    deadline_clear(&c->deadline);
    c->state = STREAM_CONNECTING;
    conn_touch(c);
    return 0;
}

void opening_settle(struct conn *c)
{
    if (buf_len(&c->cipher)) {
        opening_look(c);
    }
    if (c->eof) {
        wire_end(c);
    }
}

void opening_free(struct opening *o)
{
    free(o);
}

/* Takes a PROXY header off the front. False while it is incomplete, or after failing the
 * connection. */
static bool take_proxy_header(struct conn *c)
{
    struct err err;
    size_t used;
    if (proxy_header_read(buf_peek(&c->cipher), &c->info.forwarded, &used, &err) != 0) {
        conn_fail(c, err.code, "%s", err.text);
        return false;
    }
    buf_consume(&c->cipher, used);
    c->opening->proxy_header = used == 0;
    return used > 0;
}

/* From here on the connection speaks TLS. */
static void become_tls(struct conn *c, const struct opening *o)
{
    struct tls *tls = tls_server(o->tls, span(o->name, o->name_len), &c->out);
    if (!tls) {
        conn_fail(c, ERR_MEMORY, "no memory for a TLS connection");
        return;
    }
    conn_secure(c, tls, o->handshake_ms);
    conn_take(c, span(NULL, 0));
}

void opening_look(struct conn *c)
{
    struct opening *o = c->opening;
    if (!o->started) {
        o->started = true;
        deadline_set(&c->deadline, o->handshake_ms);
    }
    if (o->proxy_header && !take_proxy_header(c)) {
        return;
    }
    struct span first = buf_peek(&c->cipher);
    if (first.len == 0 || !first.ptr) {
        return;
    }
    c->opening = NULL;
    if (o->tls && first.ptr[0] == TLS_HANDSHAKE_RECORD) {
        become_tls(c, o);
    } else {
        conn_open_plain(c);
    }
    opening_free(o);
}
