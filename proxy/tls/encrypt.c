/* What an engine sends once it is open: the holder's plaintext in records, and close_notify. What
 * is promised by tls_room always fits into `out`, which grows at most once for it. */
#include "engine_parts.h"

/* Room in `out` that tls_room never promises: an alert and the answer to a KeyUpdate always fit. */
#define HELD_BACK 128

/* The most bytes that a record adds to its plaintext. */
static size_t record_overhead(const SSL *ssl)
{
    if (SSL_version(ssl) >= TLS1_3_VERSION) {
        return 5 + 1 + 16; /* header, content type, tag */
    }
    if (SSL_CIPHER_is_aead(SSL_get_current_cipher(ssl))) {
        return 5 + 8 + 16; /* header, explicit nonce, tag */
    }
    return 5 + 16 + 48 + 16; /* header, IV, the longest MAC, padding */
}

/* How much plaintext a record may carry: a client may have asked for less (RFC 6066 §4). */
static size_t record_size(const SSL *ssl)
{
    unsigned code = SSL_SESSION_get_max_fragment_length(SSL_get0_session(ssl));
    return code >= TLSEXT_max_fragment_length_512 && code <= TLSEXT_max_fragment_length_4096
               ? (size_t)512 << (code - TLSEXT_max_fragment_length_512)
               : RECORD_MOST;
}

void encrypt_begin(struct tls *t)
{
    t->overhead = record_overhead(t->ssl);
    t->record = record_size(t->ssl);
    encrypt_end(t);
}

void encrypt_end(struct tls *t)
{
    if (t->end_wanted && !t->end_sent && (t->state == TLS_OPEN || t->state == TLS_CLOSED)) {
        engine_clear_errors();
        t->end_sent = SSL_shutdown(t->ssl) >= 0;
    }
}

static bool can_write(const struct tls *t)
{
    return (t->state == TLS_OPEN || t->state == TLS_CLOSED) && !t->end_wanted;
}

size_t tls_room(const struct tls *t)
{
    size_t room = buf_room(t->out);
    if (!can_write(t) || room <= HELD_BACK) {
        return 0;
    }
    room -= HELD_BACK;
    size_t full = room / (t->record + t->overhead);
    size_t rest = room % (t->record + t->overhead);
    return full * t->record + (rest > t->overhead ? rest - t->overhead : 0);
}

int tls_write(struct tls *t, struct span plain)
{
    if (!can_write(t) || plain.len > tls_room(t)) {
        return -1;
    }
    if (plain.len == 0) {
        return 0;
    }
    /* Storage for all records at once, so that `out` grows at most once. */
    size_t records = (plain.len + t->record - 1) / t->record;
    if (!buf_reserve(t->out, plain.len + records * t->overhead)) {
        return -1;
    }
    size_t written = 0;
    engine_clear_errors();
    if (SSL_write_ex(t->ssl, plain.ptr, plain.len, &written) == 1) {
        return 0;
    }
    engine_fail(t);
    return -1;
}

void tls_end(struct tls *t)
{
    t->end_wanted = true;
    encrypt_end(t);
}
