#include "why401/http/serialise.h"

#include "grammar.h"

/* What happens to one field line on its way through. */
enum passage {
    PASS,    /* goes out as it came */
    DROP,    /* belongs to the connection it came on */
    HOST,    /* is rewritten */
    CODING,  /* Transfer-Encoding: said anew when the body goes out in chunks */
    LENGTH,  /* Content-Length */
    UPGRADE, /* goes out only when the upgrade does */
    EXPECT,  /* goes out only from HTTP/1.1 */
};

static enum passage passage_by_name(struct span name)
{
    static const struct {
        struct span name;
        enum passage passage;
    } known[] = {
        {{"host", 4}, HOST},
        {{"connection", 10}, DROP},
        {{"keep-alive", 10}, DROP},
        {{"te", 2}, DROP},
        {{"transfer-encoding", 17}, CODING},
        {{"content-length", 14}, LENGTH},
        {{"upgrade", 7}, UPGRADE},
        {{"http2-settings", 14}, DROP},
        {{"expect", 6}, EXPECT},
        /* Of one hop (RFC 9110 §11.7). Other names of that kind are not: Proxy-Status is for the
         * client (RFC 9209). */
        {{"proxy-connection", 16}, DROP},
        {{"proxy-authenticate", 18}, DROP},
        {{"proxy-authorization", 19}, DROP},
        {{"proxy-authentication-info", 25}, DROP},
    };
    /* Most names are told apart by their length alone. */
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (name.len == known[i].name.len && span_ieq(name, known[i].name)) {
            return known[i].passage;
        }
    }
    return PASS;
}

/* Connection names something else than what becomes of the connection, so that fields have to be
 * held against it. It nearly never does. */
static bool connection_names_fields(const struct http_head *head)
{
    for (size_t i = 0; i < head->field_count; i++) {
        struct span rest = head->fields[i].value;
        struct span part;
        if (head->fields[i].name.len != 10 || !span_ieq(head->fields[i].name, SPAN("connection"))) {
            continue;
        }
        while (span_cut(&rest, ',', &part)) {
            part = span_trim(part);
            if (!span_ieq(part, SPAN("close")) && !span_ieq(part, SPAN("keep-alive")) &&
                !span_ieq(part, SPAN("upgrade"))) {
                return true;
            }
        }
    }
    return false;
}

/* Connection names this field as its own (RFC 9110 §7.6.1). */
static bool is_named_by_connection(const struct http_head *head, struct span name)
{
    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_field *field = &head->fields[i];
        if (field->name.len == 10 && span_ieq(field->name, SPAN("connection")) &&
            http_list_has(field->value, name)) {
            return true;
        }
    }
    return false;
}

static enum passage passage_of(const struct http_head *head, struct span name, bool names)
{
    enum passage passage = passage_by_name(name);
    /* Framing and Host stay whatever Connection says: dropping them would change the message. */
    if (passage == PASS && names && is_named_by_connection(head, name)) {
        return DROP;
    }
    return passage;
}

static void add_line(struct str *out, struct span line)
{
    str_add(out, line);
    str_add(out, SPAN("\r\n"));
}

/* Connection is said once, however many Upgrade fields there are. */
static void add_upgrade(struct str *out, const struct http_head *head,
                        const struct http_field *field)
{
    if (field == http_field(head, field->name)) {
        add_line(out, SPAN("Connection: Upgrade"));
    }
    add_line(out, field->line);
}

static void add_host(struct str *out, struct span name, struct span authority)
{
    str_add(out, name);
    str_add(out, SPAN(": "));
    add_line(out, authority);
}

static void add_request_field(struct str *out, const struct http_head *head,
                              const struct http_field *field, struct span authority, bool upgrade,
                              bool names)
{
    switch (passage_of(head, field->name, names)) {
    case PASS:
    case LENGTH:
        add_line(out, field->line);
        break;
    case HOST:
        add_host(out, field->name, authority);
        break;
    case CODING:
        add_line(out, SPAN("Transfer-Encoding: chunked"));
        break;
    case UPGRADE:
        if (upgrade) {
            add_upgrade(out, head, field);
        }
        break;
    case EXPECT:
        if (head->minor == 1) {
            add_line(out, field->line);
        }
        break;
    case DROP:
        break;
    }
}

void http_write_request(struct str *out, const struct http_head *head, struct span target,
                        struct span authority, bool upgrade)
{
    bool names = connection_names_fields(head);
    str_add(out, head->method);
    str_add_c(out, ' ');
    str_add(out, target);
    str_add(out, SPAN(" HTTP/1.1\r\n"));
    if (!http_field(head, SPAN("host"))) {
        add_host(out, SPAN("Host"), authority);
    }
    for (size_t i = 0; i < head->field_count; i++) {
        add_request_field(out, head, &head->fields[i], authority, upgrade, names);
    }
    str_add(out, SPAN("\r\n"));
}

/* Statuses whose heads may say nothing about a length (RFC 9110 §8.6, RFC 9112 §6.1). */
static bool may_have_length(const struct http_head *head)
{
    return head->status >= 200 && head->status != 204;
}

static void add_response_field(struct str *out, const struct http_head *head,
                               const struct http_field *field, enum http_framing framing,
                               bool names)
{
    switch (passage_of(head, field->name, names)) {
    case PASS:
    case HOST:
    case EXPECT:
        add_line(out, field->line);
        break;
    case CODING:
        if (framing == HTTP_CHUNKED) {
            add_line(out, SPAN("Transfer-Encoding: chunked"));
        }
        break;
    case LENGTH:
        if (may_have_length(head) && framing != HTTP_CHUNKED) {
            add_line(out, field->line);
        }
        break;
    case UPGRADE:
        /* 101 and 426 say with it what the connection becomes or should become. */
        if (head->status == 101 || head->status == 426) {
            add_upgrade(out, head, field);
        }
        break;
    case DROP:
        break;
    }
}

void http_write_response(struct str *out, const struct http_head *head, enum http_framing framing,
                         enum http_connection connection)
{
    bool names = connection_names_fields(head);
    char status[4] = {(char)('0' + head->status / 100), (char)('0' + head->status / 10 % 10),
                      (char)('0' + head->status % 10), ' '};
    str_add(out, SPAN("HTTP/1.1 "));
    str_add(out, span(status, sizeof status));
    add_line(out, head->reason);
    for (size_t i = 0; i < head->field_count; i++) {
        add_response_field(out, head, &head->fields[i], framing, names);
    }
    if (framing == HTTP_CHUNKED && head->framing != HTTP_CHUNKED) {
        add_line(out, SPAN("Transfer-Encoding: chunked"));
    }
    if (connection == CONNECTION_CLOSE) {
        add_line(out, SPAN("Connection: close"));
    } else if (connection == CONNECTION_KEEP_ALIVE) {
        add_line(out, SPAN("Connection: keep-alive"));
    }
    str_add(out, SPAN("\r\n"));
}

void http_write_chunk_line(struct str *out, size_t len)
{
    char digits[sizeof len * 2];
    size_t at = sizeof digits;
    while (len) {
        digits[--at] = "0123456789abcdef"[len % 16];
        len /= 16;
    }
    str_add(out, span(digits + at, sizeof digits - at));
    str_add(out, SPAN("\r\n"));
}

void http_write_last_chunk(struct str *out, struct span trailers)
{
    str_add(out, SPAN("0\r\n"));
    str_add(out, trailers);
    str_add(out, SPAN("\r\n"));
}
