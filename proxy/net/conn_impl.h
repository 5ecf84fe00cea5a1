/* The inside of a connection, shared by the files that make one (opening.c, dial.c), move its bytes
 * (wire.c, send.c), show it to its holder (conn_stream.c) and end it (linger.c). Private. */
#ifndef NET_CONN_IMPL_H
#define NET_CONN_IMPL_H

#include "why401/base/buf.h"
#include "why401/net/conn.h"
#include "why401/tls/engine.h"
#include "worker_loop.h"

#define CONN_MAGIC 0x636f6e6eu /* "conn" */

struct opening;     /* how a fresh client connection finds out what it is; opening.c */
struct dial;        /* an attempt to connect; dial.c */
struct via_request; /* what a proxy of the network has been asked; via.c */

struct conn {
    struct stream stream;     /* what the holder sees; must be first */
    unsigned magic;           /* CONN_MAGIC while alive */
    struct worker *worker;    /* whose thread this lives in */
    struct conn_info info;    /* facts for the holder */
    enum stream_state state;  /* as the holder sees it */
    struct err *error;        /* why STREAM_FAILED; owned, NULL while it has not failed */
    uv_tcp_t *tcp;            /* owned; NULL until connected */
    struct tls *tls;          /* owned; NULL for plain bytes */
    struct opening *opening;  /* not NULL while the first bytes are being looked at */
    struct dial *dial;        /* not NULL while connecting */
    struct via_request *via;  /* owned; not NULL while the other end is a proxy yet to answer */
    struct buf in;            /* plaintext for the holder */
    struct buf cipher;        /* ciphertext, or undecided bytes, that could not be taken yet */
    struct buf out;           /* bytes for the wire */
    struct buf sending;       /* bytes that `write` is sending */
    uv_write_t write;         /* in flight while write_active */
    uv_shutdown_t shutdown;   /* in flight while shutdown_active */
    struct deadline deadline; /* handshake; later: lingering */
    struct list all;          /* in worker->conns */
    struct list busy;         /* in worker->busy while its TLS has buffers */
    struct list dirty;        /* in worker->dirty while there is something to settle */
    size_t soft;              /* bytes that may wait to be sent before the holder finds no room */
    size_t in_soft;           /* bytes that may wait for the holder before reading stops */
    bool dialled;             /* by us: an answer counts even if the peer takes nothing any more */
    int deaf;                 /* why nothing can be written any more, of libuv's; 0: it can */
    bool reading;             /* uv_read_start is on */
    bool write_active;        /* `write` and `sending` belong to libuv */
    bool shutdown_active;     /* `shutdown` belongs to libuv */
    bool fin_sent;            /* nothing more can be written */
    bool ended;               /* the holder will write nothing more */
    bool starved;             /* the holder found no room and wants to hear of it */
    bool held;                /* the holder has not let go */
    bool eof;                 /* the peer's TCP stream has ended */
    bool hurried;             /* lingering ends soon, whatever still moves */
    uint64_t reset_by;        /* torn: when the reset is sent at the latest; 0: not decided yet */
    uint64_t used;            /* when it was settled last, in the loop's clock, ms */
    bool closing;             /* uv_close was called */
    void (*on_freed)(void *ctx); /* told when the connection is gone; NULL: nobody */
    void *freed_ctx;
};

/* A connection without a socket, held and connecting. NULL when memory is out. */
struct conn *conn_new(struct worker *w, size_t buffer_bytes, size_t head_bytes);

/* Gives the connection its socket, which it owns from now on, and starts reading. */
void conn_adopt(struct conn *c, uv_tcp_t *tcp);

/* The other end is the host that was dialled: the connection speaks TLS with it, where a context is
 * given, or is open. Bytes in `cipher` are the host's first. */
void conn_reach(struct conn *c, struct tls_context *tls, struct span host, uint32_t handshake_ms);

/* The connection is open and speaks plain bytes; those in `cipher` are the first. */
void conn_open_plain(struct conn *c);

/* The connection speaks TLS with this engine, which it owns from now on: `out` is the engine's.
 * Starts the handshake and its deadline. */
void conn_secure(struct conn *c, struct tls *tls, uint32_t handshake_ms);

/* Bytes that came from the wire, or were left in `cipher`; what cannot be taken yet is kept. */
void conn_take(struct conn *c, struct span bytes);

/* The connection is broken for this reason. */
void conn_fail(struct conn *c, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Tells the holder to look again. Only from libuv callbacks and from settling. */
void conn_notify(struct conn *c);

/* The operations of its stream; conn_stream.c. */
extern const struct stream_ops conn_ops;

/* The holder had found no room, and there is room now: it wants to hear of it, once;
 * conn_stream.c. */
bool conn_found_room(struct conn *c);

/* Sends what waits in `out`; send.c. */
void send_waiting(struct conn *c);

/* Reads as long as there is room for what comes, and not longer; wire.c. */
void wire_read_as_room(struct conn *c);

/* What the kernel has for a connection with a socket, at this moment: 0 when there are bytes,
 * UV_EAGAIN when nothing has come, UV_EOF, or the error that broke the stream; wire.c. */
int wire_look(const struct conn *c);

/* The peer's TCP stream ended in order, and all that came before was taken; wire.c. */
void wire_end(struct conn *c);

/* The holder let go, having ended its half, or more of what it wrote has left since: the connection
 * has some time; linger.c. */
void linger_begin(struct conn *c);

/* All that the holder wrote is on its way, and it will write nothing more; linger.c. */
void linger_finish(struct conn *c);

/* The time is over in which it lingered; linger.c. */
void linger_over(struct conn *c);

/* The end that the peer sees is a reset: the stream is torn, and no TLS tells by a missing
 * close_notify; linger.c. */
bool linger_ends_with_reset(const struct conn *c);

/* Has conn_settle called before the loop goes on. */
void conn_touch(struct conn *c);

/* Closes the socket and frees everything once libuv has let go. */
void conn_shut(struct conn *c);

/* Looks at the first bytes in `cipher`; opening.c. Ends with c->opening NULL or the connection
 * failed. */
void opening_look(struct conn *c);

/* What a settling connection in its opening needs: a restart may have left it bytes to look at, or
 * the end of the peer's stream. */
void opening_settle(struct conn *c);
void opening_free(struct opening *o);

/* The holder let go while dialling; dial.c. */
void dial_cancel(struct dial *d);

static inline struct conn *conn_of(const struct stream *s)
{
    union {
        const struct stream *from;
        struct conn *to;
    } cast = {s};
    return cast.to;
}

#endif
