/* A tunnel through a proxy of the network (RFC 9110 §9.3.6). The happy path: the dial connects to
 * the proxy, hands the socket over and has the connection ask (via_ask). CONNECT leaves in one
 * write; what comes back gathers in the connection's `cipher` until the answer's head is whole.
 * Interim answers are skipped, a 2xx makes the connection the host's: TLS to it, or plain bytes,
 * begins with whatever came behind the head.
 *
 * The other ends: another status, something that is not HTTP, a head without end, a connection that
 * closes, no answer in the time that connecting may take, the holder lets go. An answer is shown by
 * its status line only, as harmless ASCII, and not even that where it repeats the credentials, in
 * whatever of the ways a proxy may know them. */
#include "via.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "why401/http/head.h"
#include "why401/http/target.h"

#include "bounds.h"
#include "conn_impl.h"

/* Bytes of all heads that an answer may have, interim ones counted. */
#define ANSWER_MOST   16384
#define ANSWER_FIELDS 128

/* Bytes of Base64 behind Basic; more than the config takes. */
#define CREDENTIALS_MOST 2048

struct via_request {
    struct tls_context *tls; /* of the host; NULL: plain */
    uint32_t handshake_ms;   /* with the host */
    char *host;              /* owned: whom the certificate must name */
    char *authority;         /* owned: what is asked for */
    char *proxy;             /* owned: "HOST port N", for messages */
    char *credentials;       /* owned, a secret; NULL: none. Kept to be recognised in an answer */
    char *head;              /* owned, a secret: the whole request */
    struct err refusal;      /* why it must not be sent */
    struct conn *conn;       /* that has asked */
    struct deadline limit;   /* of the answer */
    size_t scanned;          /* bytes of the answer that hold no end of a head */
    size_t skipped;          /* bytes of interim answers */
};

static void on_limit(void *ctx);

/* snprintf into memory of its own; NULL when that is out. */
static char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *text, ...)
{
    va_list args;
    va_list again;
    va_start(args, text);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, text, args);
    char *made = len < 0 ? NULL : malloc((size_t)len + 1);
    if (made) {
        vsnprintf(made, (size_t)len + 1, text, again);
    }
    va_end(again);
    va_end(args);
    return made;
}

static bool is_within(const char *text, char least)
{
    for (; text && *text; text++) {
        if (*text < least || *text > '~') {
            return false;
        }
    }
    return true;
}

static void judge(struct via_request *r, const struct dial_options *options, const char *target)
{
    struct ip ip;
    if (!is_within(target, '!') || !is_within(options->via->authorization, ' ')) {
        err_set(&r->refusal, ERR_UPSTREAM_PROXY,
                "the host, or the credentials for the proxy, hold a byte that may not be sent");
    } else if (options->public_only && bounds_is_address(target, &ip) && !ip_is_public(ip)) {
        bounds_refuse(&r->refusal, options->host, ip);
    }
}

struct via_request *via_request_new(struct worker *w, const struct dial_options *options)
{
    const struct via *via = options->via;
    const char *target = options->resolve ? options->resolve : options->host;
    const char *secret = via->authorization;
    struct via_request *r = calloc(1, sizeof *r);
    if (!r) {
        return NULL;
    }
    r->tls = options->tls;
    r->handshake_ms = options->handshake_ms;
    deadline_init(&r->limit, w, on_limit, r);
    judge(r, options, target);
    r->host = span_dup(span_of(options->host));
    r->authority = format(strchr(target, ':') ? "[%s]:%u" : "%s:%u", target, options->port);
    r->proxy = format("%s port %u", via->host, via->port);
    r->credentials = secret ? span_dup(span_of(secret)) : NULL;
    if (r->authority) {
        r->head = format("CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s%s%s\r\n", r->authority,
                         r->authority, secret ? "Proxy-Authorization: " : "", secret ? secret : "",
                         secret ? "\r\n" : "");
    }
    if (!r->host || !r->proxy || !r->head || (secret && !r->credentials)) {
        via_request_free(r);
        return NULL;
    }
    return r;
}

static void wipe(char *secret)
{
    if (secret) {
        explicit_bzero(secret, strlen(secret));
        free(secret);
    }
}

void via_request_free(struct via_request *r)
{
    if (r) {
        deadline_clear(&r->limit);
        wipe(r->head);
        wipe(r->credentials);
        free(r->host);
        free(r->authority);
        free(r->proxy);
        free(r);
    }
}

const struct err *via_request_refusal(const struct via_request *r)
{
    return &r->refusal;
}

static void on_limit(void *ctx)
{
    struct via_request *r = ctx;
    if (r->conn->state == STREAM_CONNECTING) {
        conn_fail(r->conn, ERR_CONNECT_TIMEOUT, "the proxy %s did not answer CONNECT in time",
                  r->proxy);
        conn_notify(r->conn);
    }
}

void via_ask(struct conn *c, struct via_request *r, uint64_t ms)
{
    /* A socket that has sent nothing takes a head whole, so no queue ever copies the credentials.
     */
    uv_buf_t head = uv_buf_init(r->head, (unsigned)strlen(r->head));
    int rc = uv_try_write((uv_stream_t *)c->tcp, &head, 1);
    c->via = r;
    r->conn = c;
    if (rc < 0 || (size_t)rc != head.len) {
        conn_fail(c, ERR_UPSTREAM_PROXY, "CONNECT could not be sent to the proxy %s: %s", r->proxy,
                  rc < 0 ? uv_strerror(rc) : "it is too long");
        return;
    }
    wipe(r->head);
    r->head = NULL;
    deadline_set(&r->limit, ms);
}

/* The secret part of the credentials: what comes behind the scheme. */
static struct span secret_of(const struct via_request *r)
{
    struct span rest = span_of(r->credentials);
    struct span scheme;
    span_cut(&rest, ' ', &scheme);
    rest = span_trim(rest);
    return rest.len ? rest : scheme;
}

/* As it is, or with %XX in it. */
static bool holds(struct span reason, struct span secret)
{
    struct str decoded;
    str_init(&decoded, reason.len + 1);
    percent_decode(&decoded, reason, false);
    bool found = secret.len && (decoded.failed || span_ifind(reason, secret) >= 0 ||
                                span_ifind(str_span(&decoded), secret) >= 0);
    str_release(&decoded);
    return found;
}

/* The password that Basic (RFC 7617) wraps in Base64; where that is empty the user's name, which is
 * the secret then. `plain` has room for as much as the Base64 has. */
static struct span password_of(struct span base64, char *plain)
{
    int len =
        EVP_DecodeBlock((unsigned char *)plain, (const unsigned char *)base64.ptr, (int)base64.len);
    for (size_t i = base64.len; len > 0 && i > 0 && base64.ptr[i - 1] == '='; i--) {
        len--;
    }
    struct span password = span(plain, len > 0 ? (size_t)len : 0);
    struct span user;
    span_cut(&password, ':', &user);
    return password.len ? password : user;
}

static bool repeats_credentials(const struct via_request *r, struct span reason)
{
    struct span secret = secret_of(r);
    char plain[CREDENTIALS_MOST];
    if (secret.len == 0 || secret.len > sizeof plain) {
        return secret.len > 0;
    }
    bool repeats = holds(reason, secret) || holds(reason, password_of(secret, plain));
    explicit_bzero(plain, sizeof plain);
    return repeats;
}

/* The reason phrase as a message may show it. */
static const char *show_reason(const struct via_request *r, struct span reason, char *text,
                               size_t size)
{
    if (repeats_credentials(r, reason)) {
        reason = SPAN("(its reason repeats the credentials)");
    }
    reason = span_first(reason, size - 1);
    for (size_t i = 0; i < reason.len; i++) {
        text[i] = reason.ptr[i] < ' ' || reason.ptr[i] > '~' ? '?' : reason.ptr[i];
    }
    text[reason.len] = '\0';
    return text;
}

/* What a 407 wants, as the end of a message. */
static const char *wanted(const struct via_request *r, const struct http_head *head)
{
    bool any = false;
    bool basic = false;
    for (size_t i = 0; i < head->field_count; i++) {
        if (span_ieq(head->fields[i].name, SPAN("Proxy-Authenticate"))) {
            any = true;
            basic = basic || span_ifind(head->fields[i].value, SPAN("Basic")) >= 0;
        }
    }
    return any && !basic    ? "; it does not offer Basic authentication"
           : r->credentials ? "; it refuses the credentials that it was given"
                            : "; it wants a user name and a password";
}

static void refused(struct conn *c, const struct http_head *head)
{
    const struct via_request *r = c->via;
    char reason[100];
    conn_fail(c, ERR_UPSTREAM_PROXY, "the proxy %s answered CONNECT %s with %d %s%s", r->proxy,
              r->authority, head->status, show_reason(r, head->reason, reason, sizeof reason),
              head->status == 407 ? wanted(r, head) : "");
}

/* The proxy has said yes: from here on the connection is the host's. */
static void accepted(struct conn *c)
{
    struct via_request *r = c->via;
    c->via = NULL;
    conn_reach(c, r->tls, span_of(r->host), r->handshake_ms);
    via_request_free(r);
}

/* Reads one head of `len` bytes; true when it was an interim one. */
static bool take_answer(struct conn *c, size_t len)
{
    struct via_request *r = c->via;
    struct http_limits limits = {.head_bytes = ANSWER_MOST, .fields = ANSWER_FIELDS};
    struct http_field fields[ANSWER_FIELDS];
    struct http_head head = {.fields = fields};
    struct err err;
    if (http_read_response(span_first(buf_peek(&c->cipher), len), &limits, SPAN("CONNECT"), &head,
                           &err) != 0) {
        conn_fail(c, ERR_UPSTREAM_PROXY, "the proxy %s answered CONNECT with no valid HTTP: %s",
                  r->proxy, err.text);
        return false;
    }
    bool interim = head.status < 200 && head.status != 101;
    if (!interim && head.status / 100 != 2) {
        refused(c, &head);
        return false;
    }
    buf_consume(&c->cipher, len);
    if (!interim) {
        accepted(c);
    }
    return interim;
}

void via_look(struct conn *c)
{
    struct via_request *r = c->via;
    for (bool again = true; again;) {
        size_t len = http_head_end(buf_peek(&c->cipher), &r->scanned);
        if (r->skipped + (len ? len : buf_len(&c->cipher)) > ANSWER_MOST) {
            conn_fail(c, ERR_UPSTREAM_PROXY,
                      "the proxy %s answered CONNECT with a head of more than %d bytes", r->proxy,
                      ANSWER_MOST);
            return;
        }
        r->skipped += len;
        again = len > 0 && take_answer(c, len);
        if (again) {
            r->scanned = 0;
        }
    }
}

void via_broke(struct conn *c, const char *reason)
{
    conn_fail(c, ERR_UPSTREAM_PROXY, "the proxy %s did not answer CONNECT: %s", c->via->proxy,
              reason);
}
