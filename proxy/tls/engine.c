/* A TLS connection that never touches a socket. The happy path: tls_start writes a client's
 * ClientHello, tls_feed takes what the peer sends and drives the handshake; once it is done,
 * tls_feed decrypts and tls_write encrypts (encrypt.c), until close_notify has gone both ways.
 *
 * The ways it ends otherwise, all TLS_FAILED with a text: the peer's certificate is refused
 * (verify.c), a name is refused (sni.c), the peer sends an alert, something that is not TLS or a
 * record that does not decrypt (reason.c), its TCP stream ends without close_notify (tls_eof), it
 * asks for new keys without end, memory runs out.
 *
 * OpenSSL reads whole records: it asks the BIO for the header, then for the body, and never for
 * more. So `in` stays with the caller up to the record being read, and one record at most lies
 * decrypted inside OpenSSL while `plain` is full. In that case one byte that OpenSSL has already
 * taken is left in *in, so that the rule of tls_feed, "call again with the rest", holds even when
 * that record was the last. */
#include "engine_parts.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "context_parts.h"
#include "name.h"
#include "reason.h"

/* A peer may ask for new keys this often, and once more for each MiB it sends: every time costs us
 * a derivation and a record, and no honest peer comes near it (TLS needs it after 2^24 records). */
#define KEY_UPDATES_FREE 32
#define KEY_UPDATES_PER  1048576

void tls_blame(struct tls *t, enum err_code code, const char *format, ...)
{
    if (t->err) {
        return;
    }
    t->err = malloc(sizeof *t->err);
    if (t->err) {
        va_list args;
        va_start(args, format);
        err_vset(t->err, code, format, args);
        va_end(args);
    }
}

const struct err *tls_error(const struct tls *t)
{
    static const struct err none = {ERR_NONE, ""};
    static const struct err memory = {ERR_MEMORY, "no memory for a TLS connection"};
    return t->state != TLS_FAILED ? &none : t->err ? t->err : &memory;
}

void engine_clear_errors(void)
{
    /* A look at an empty queue is much cheaper than clearing it. */
    if (ERR_peek_error()) {
        ERR_clear_error();
    }
}

static struct tls *engine_new(struct tls_context *context, struct span host, struct buf *out)
{
    struct tls *t = calloc(1, sizeof *t + host.len + 1);
    if (!t) {
        return NULL;
    }
    name_lower(host, t->host);
    t->out = out;
    t->context = context_hold(context);
    engine_clear_errors();
    t->ssl = SSL_new(context->ssl);
    BIO *bio = t->ssl ? bio_new(context->bio, t) : NULL;
    if (!bio) {
        tls_free(t);
        return NULL;
    }
    SSL_set_bio(t->ssl, bio, bio);
    /* Every callback finds its way back by this. */
    if (SSL_set_app_data(t->ssl, t) != 1) {
        tls_free(t);
        return NULL;
    }
    return t;
}

/* The host as the engine keeps it: without the DNS root's dot, which is no part of a name in TLS
 * (RFC 6066 §3). What could not be kept whole as a C string becomes empty, which a client-side
 * engine refuses (verify_expect_host) and a server-side one takes for "nobody said". */
static struct span host_to_keep(struct span host)
{
    if (host.len > 0 && host.ptr[host.len - 1] == '.') {
        host.len--;
    }
    bool whole = host.len <= NAME_MOST && host.len > 0 && !memchr(host.ptr, '\0', host.len);
    return whole ? host : (struct span){0};
}

struct tls *tls_server(struct tls_context *context, struct span host, struct buf *out)
{
    struct tls *t = engine_new(context, host_to_keep(host), out);
    if (t) {
        t->server = true;
        SSL_set_accept_state(t->ssl);
    }
    return t;
}

struct tls *tls_client(struct tls_context *context, struct span host, struct buf *out)
{
    struct tls *t = engine_new(context, host_to_keep(host), out);
    if (!t) {
        return NULL;
    }
    SSL_set_connect_state(t->ssl);
    if (!verify_expect_host(t)) {
        t->state = TLS_FAILED;
        return t;
    }
    SSL_SESSION *session = sessions_get(&context->sessions, t->host);
    if (session && verify_again(t, SSL_SESSION_get0_peer(session))) {
        SSL_set_session(t->ssl, session);
    }
    return t;
}

void tls_free(struct tls *t)
{
    if (!t) {
        return;
    }
    if (t->ssl && t->state != TLS_FAILED) {
        /* OpenSSL makes the session of a connection that was not shut down unusable. That rule is
         * of SSL 3; RFC 5246 §7.2.1 dropped it, and a cut connection says nothing about the keys.
         */
        SSL_set_shutdown(t->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }
    SSL_free(t->ssl);
    tls_context_free(t->context);
    free(t->err);
    free(t);
}

void engine_fail(struct tls *t)
{
    reason_from_library(t);
    t->state = TLS_FAILED;
    engine_clear_errors();
}

static void opened(struct tls *t)
{
    if (!t->server && SSL_get_verify_result(t->ssl) != X509_V_OK) {
        /* Cannot happen while SSL_VERIFY_PEER is set; if it ever does, nothing may be sent. */
        tls_blame(t, ERR_UPSTREAM_VERIFY, "%s: the certificate was not verified", t->host);
        t->state = TLS_FAILED;
        return;
    }
    t->state = TLS_OPEN;
    encrypt_begin(t);
}

static const char *peer(const struct tls *t)
{
    return t->server ? "the client" : t->host;
}

static void closed_too_soon(struct tls *t)
{
    tls_blame(t, t->server ? ERR_TLS : ERR_UPSTREAM_TLS,
              "%s closed the connection during the TLS handshake", peer(t));
    t->state = TLS_FAILED;
}

/* What a call that returned `result` <= 0 means; true when it only waits for bytes, either way. */
static bool only_waits(struct tls *t, int result)
{
    switch (SSL_get_error(t->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return true;
    case SSL_ERROR_ZERO_RETURN:
        if (t->state == TLS_HANDSHAKE) {
            closed_too_soon(t);
        } else {
            t->state = TLS_CLOSED;
        }
        return false;
    default:
        engine_fail(t);
        return false;
    }
}

static void shake(struct tls *t)
{
    engine_clear_errors();
    int result = SSL_do_handshake(t->ssl);
    if (result == 1) {
        opened(t);
    } else {
        only_waits(t, result);
    }
}

/* Space to decrypt into: what the next read can yield at most, so that a small record does not make
 * a large buffer. Bytes of ciphertext bound the bytes of plaintext. */
static size_t next_read_bound(const struct tls *t, const struct buf *plain)
{
    size_t pending = (size_t)SSL_pending(t->ssl);
    size_t bound = pending ? pending : t->given + t->in.len;
    bound = bound < RECORD_MOST ? bound : RECORD_MOST;
    return bound < buf_room(plain) ? bound : buf_room(plain);
}

/* Decrypts one record, or what is left of one; false when there is no more to do. */
static bool read_record(struct tls *t, struct buf *plain)
{
    size_t most = next_read_bound(t, plain);
    char *to = most ? buf_reserve(plain, most) : NULL;
    if (!to) {
        if (most) {
            tls_blame(t, ERR_MEMORY, "no memory for %zu bytes of plaintext", most);
            t->state = TLS_FAILED;
        }
        return false;
    }
    size_t got = 0;
    size_t left = t->in.len;
    engine_clear_errors();
    int result = SSL_read_ex(t->ssl, to, most, &got);
    if (t->key_updates > KEY_UPDATES_FREE + t->received / KEY_UPDATES_PER) {
        tls_blame(t, t->server ? ERR_TLS : ERR_UPSTREAM_TLS,
                  "%s asked for new keys %u times, far more often than TLS needs it", peer(t),
                  t->key_updates);
        t->state = TLS_FAILED;
        return false;
    }
    if (result == 1) {
        t->given = 0;
        buf_commit(plain, got);
        return true;
    }
    return only_waits(t, result) && t->in.len < left;
}

static void drain(struct tls *t, struct buf *plain)
{
    /* With no byte in `in` and none pending a read could only say "try again": it is not made. */
    while (t->state == TLS_OPEN && (t->in.len || SSL_pending(t->ssl)) && read_record(t, plain)) {
    }
}

/* First byte of a TLS record: change_cipher_spec, alert, handshake, application_data. */
static bool looks_like_tls(char first)
{
    return first >= 20 && first <= 23;
}

enum tls_state tls_feed(struct tls *t, struct span *in, struct buf *plain)
{
    if (t->received == 0 && in->len) {
        t->no_tls = !looks_like_tls(in->ptr[0]);
    }
    t->in = span_from(*in, t->owed && in->len ? 1 : 0);
    if (t->state == TLS_HANDSHAKE) {
        shake(t);
    }
    drain(t, plain);
    encrypt_end(t);
    if (t->state == TLS_FAILED || t->state == TLS_CLOSED) {
        /* Nothing behind close_notify or a fatal error means anything (RFC 8446 §6.1). */
        t->in = span_from(t->in, t->in.len);
    }
    size_t taken = in->len - t->in.len;
    t->owed = t->state == TLS_OPEN && taken && SSL_pending(t->ssl) > 0;
    *in = span_from(*in, taken - t->owed);
    t->in = (struct span){0};
    return t->state;
}

enum tls_state tls_start(struct tls *t)
{
    if (!t->server && t->state == TLS_HANDSHAKE) {
        shake(t);
    }
    return t->state;
}

enum tls_state tls_eof(struct tls *t)
{
    if (t->state == TLS_HANDSHAKE) {
        closed_too_soon(t);
    } else if (t->state == TLS_OPEN) {
        tls_blame(t, t->server ? ERR_CLIENT_GONE : ERR_UPSTREAM_CLOSED,
                  "%s cut the connection off without close_notify; what it sent may be incomplete",
                  peer(t));
        t->state = TLS_FAILED;
    }
    return t->state;
}

void tls_rest(struct tls *t)
{
    if (t->state == TLS_OPEN) {
        SSL_free_buffers(t->ssl);
    }
}

enum tls_state tls_state(const struct tls *t)
{
    return t->state;
}

const char *tls_version(const struct tls *t)
{
    return SSL_is_init_finished(t->ssl) ? SSL_get_version(t->ssl) : "";
}

bool tls_resumed(const struct tls *t)
{
    return SSL_is_init_finished(t->ssl) && SSL_session_reused(t->ssl) == 1;
}

bool tls_holds_bytes(const struct tls *t)
{
    return SSL_has_pending(t->ssl) == 1;
}
