/* One TLS connection without I/O: ciphertext in and out through buffers, plaintext through read and
 * write. The owner moves the ciphertext; the engine never waits and never touches a socket. One
 * thread at a time. */
#ifndef WHY401_TLS_ENGINE_H
#define WHY401_TLS_ENGINE_H

#include "why401/base/buf.h"
#include "why401/base/err.h"

struct tls_context; /* settings shared by many connections; each engine keeps its context alive */
struct tls;

/* A server-side engine (the client's ClientHello comes in; where it has no SNI the client means
 * `host`, and the local machine when that is empty or an IP address), or a client-side one that
 * verifies the peer's chain against the context's roots and its name against `host` (a DNS name or
 * an IP address; SNI is sent for names only). `out` receives ciphertext: owned by the caller, must
 * outlive the engine, and its limit bounds what tls_write takes. A `host` that is neither a name
 * nor an address gives an engine that is TLS_FAILED from the start. NULL when memory is out. */
struct tls *tls_server(struct tls_context *context, struct span host, struct buf *out);
struct tls *tls_client(struct tls_context *context, struct span host, struct buf *out);

/* Frees the engine at once; sends nothing. */
void tls_free(struct tls *t);

enum tls_state {
    TLS_HANDSHAKE, /* needs more ciphertext in, or out flushed */
    TLS_OPEN,      /* plaintext flows */
    TLS_CLOSED, /* the peer sent close_notify: no more plaintext will come; writing still works */
    TLS_FAILED, /* tls_error says why; flush `out` (an alert may wait), then close */
};

/* Takes ciphertext that arrived; consumes from *in what it can, all of it unless `plain` (or, in a
 * handshake, `out`) is full, appends what it decrypts to `plain` and what it must answer to `out`,
 * and drives the handshake. Call again with the rest of *in, which may have grown, once there is
 * room: while plaintext waits inside, at least one byte stays in *in, so an empty *in means that
 * nothing waits. What comes behind close_notify or a failure is consumed and dropped. Returns the
 * state after it. */
enum tls_state tls_feed(struct tls *t, struct span *in, struct buf *plain);

/* Client side: writes the ClientHello. Server side: nothing to do. */
enum tls_state tls_start(struct tls *t);

/* The peer's TCP stream ended, and all of it has been fed. Without a close_notify before it this is
 * TLS_FAILED (truncation): what was decrypted before stays good, but may not be all. */
enum tls_state tls_eof(struct tls *t);

/* Encrypts all of `plain` into `out`, in records of at most 16 KiB. The caller has checked
 * tls_room. Returns 0, or -1 when out cannot take it or the engine is not open. */
int tls_write(struct tls *t, struct span plain);

/* Bytes of plaintext that tls_write will take now. Leaves space in `out` for an alert and
 * close_notify. */
size_t tls_room(const struct tls *t);

/* Appends close_notify to `out`; during the handshake, as soon as that is done. Reading still
 * works, writing does not. Idempotent. */
void tls_end(struct tls *t);

/* Gives the record buffers back, some 34 KiB, until they are needed again; only where nothing waits
 * in them. For a connection that is idle: one that is not would take them again at once. */
void tls_rest(struct tls *t);

enum tls_state tls_state(const struct tls *t);

/* Why TLS_FAILED. ERR_UPSTREAM_VERIFY: the peer's certificate was refused (the text names host,
 * reason and the subject of the certificate at fault). ERR_UPSTREAM_CLOSED on the client side,
 * ERR_CLIENT_GONE on the server side: truncation. ERR_MEMORY; ERR_CA: no leaf could be minted. Else
 * ERR_UPSTREAM_TLS or ERR_TLS. Owned by t; ERR_NONE while it has not failed. */
const struct err *tls_error(const struct tls *t);

/* "TLSv1.3" and so on; "" before the handshake is done. */
const char *tls_version(const struct tls *t);

/* The session was resumed rather than fully negotiated. */
bool tls_resumed(const struct tls *t);

/* Bytes were taken that have not become plaintext: the beginning of a record, or what had no room.
 */
bool tls_holds_bytes(const struct tls *t);

#endif
