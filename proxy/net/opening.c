/* One port for everything (design, decision 1): the first bytes tell. They gather in the
 * connection's `cipher` until it is clear what they are; then TLS is fed with them, or they become
 * the first bytes of plain HTTP. From the first byte on the handshake deadline runs; a client that
 * sends nothing at all is the holder's affair. */
#include "opening.h"

#include <stdlib.h>

#include "proxy_protocol.h"

#define TLS_HANDSHAKE_RECORD 0x16

struct opening {
    struct tls_context *tls; /* NULL: never TLS */
    bool proxy_header;       /* a PROXY protocol header is still to come */
    uint32_t handshake_ms;   /* for header and TLS handshake together */
    bool started;            /* the first byte was seen */
};

int opening_begin(struct conn *c, struct tls_context *tls, bool proxy_protocol,
                  uint32_t handshake_ms)
{
    c->opening = malloc(sizeof *c->opening);
    if (!c->opening) {
        return -1;
    }
    *c->opening =
        (struct opening){.tls = tls, .proxy_header = proxy_protocol, .handshake_ms = handshake_ms};
    return 0;
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
    struct tls *tls = tls_server(o->tls, &c->out);
    if (!tls) {
        conn_fail(c, ERR_MEMORY, "no memory for a TLS connection");
        return;
    }
    conn_secure(c, tls, o->handshake_ms);
    conn_take(c, span(NULL, 0));
}

static void become_plain(struct conn *c)
{
    deadline_clear(&c->deadline);
    c->state = STREAM_OPEN;
    conn_take(c, buf_peek(&c->cipher));
    buf_release(&c->cipher);
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
    if (buf_len(&c->cipher) == 0) {
        return;
    }
    struct opening decided = *o;
    free(o);
    c->opening = NULL;
    if (decided.tls && buf_peek(&c->cipher).ptr[0] == TLS_HANDSHAKE_RECORD) {
        become_tls(c, &decided);
    } else {
        become_plain(c);
    }
}
