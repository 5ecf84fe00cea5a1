/* OpenSSL reads from a span and writes to a buffer. The read side hands over bytes of the span that
 * tls_feed was given and says "try again" at its end; OpenSSL never learns of the end of the
 * stream, tls_eof judges that. The write side appends to `out` as much as there is room for; a full
 * `out` is the only way in which OpenSSL ever has to wait to write. */
#include "engine_parts.h"

#include <limits.h>

static int bio_read(BIO *bio, char *to, int size)
{
    struct tls *t = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (t->in.len == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    struct span part = span_first(t->in, (size_t)size);
    memcpy(to, part.ptr, part.len);
    t->in = span_from(t->in, part.len);
    t->given += part.len;
    t->received += part.len;
    return (int)part.len;
}

static int bio_write(BIO *bio, const char *from, int size)
{
    struct tls *t = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    struct span part = span_first(span(from, (size_t)size), buf_room(t->out));
    if (part.len == 0 && size > 0) {
        BIO_set_retry_write(bio);
        return -1;
    }
    if (buf_append(t->out, part) != 0) {
        tls_blame(t, ERR_MEMORY, "no memory for %zu bytes of ciphertext", part.len);
        return -1;
    }
    return (int)part.len;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
}

static int bio_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD *bio_method_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "why401 spans");
    if (method) {
        BIO_meth_set_read(method, bio_read);
        BIO_meth_set_write(method, bio_write);
        BIO_meth_set_ctrl(method, bio_ctrl);
        BIO_meth_set_create(method, bio_create);
    }
    return method;
}

BIO *bio_new(const BIO_METHOD *method, struct tls *t)
{
    BIO *bio = BIO_new(method);
    if (bio) {
        BIO_set_data(bio, t);
    }
    return bio;
}
