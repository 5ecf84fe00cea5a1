#include "made.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "why401/observe/redact.h"

#define ARENA_MOST  (4u << 20) /* bytes of heads and findings of one exchange */
#define BODY_MOST   (1u << 20) /* bytes of one body */
#define FIELD_MOST  65536      /* bytes of one value */
#define TARGET_MOST 65536
#define TEXT_LOOKED 65536 /* bytes that are looked at for a status */

/* Never 0, so that 0, a moment that is not known, is before it. */
void made_when(struct exchange *x, int64_t started_ms, double took_us)
{
    x->started_ms = started_ms;
    x->started_us = started_ms > 0 ? started_ms * 1000 : 1;
    if (took_us > 0 && took_us < 1e12) {
        x->finished_us = x->started_us + (int64_t)took_us;
    }
}

bool made_full(struct input *in)
{
    in->cut = in->cut || in->count >= INPUT_EXCHANGES_MOST;
    return in->cut;
}

struct exchange *made_new(struct input *in, struct err *err)
{
    if (in->count == in->room) {
        size_t room = in->room ? in->room * 2 : 16;
        struct exchange **list = reallocarray(in->exchanges, room, sizeof(struct exchange *));
        if (!list) {
            err_set(err, ERR_MEMORY, "there is no memory for exchange %zu", in->count + 1);
            return NULL;
        }
        in->exchanges = list;
        in->room = room;
    }
    struct exchange *x = exchange_new(in->count + 1, ARENA_MOST);
    if (!x) {
        err_set(err, ERR_MEMORY, "there is no memory for exchange %zu", in->count + 1);
        return NULL;
    }
    made_when(x, 0, 0);
    x->maker = MAKER_UPSTREAM;
    x->outcome = OUTCOME_COMPLETE;
    x->request.complete = x->response.complete = true;
    x->request.head.minor = x->response.head.minor = 1;
    in->exchanges[in->count++] = x;
    return x;
}

/* A host is printed by everybody who tells about an exchange, so nothing else may pass as one. */
static bool is_host(struct span host)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
    struct str redacted;
    for (size_t i = 0; i < host.len; i++) {
        if (!host.ptr[i] || !strchr(allowed, host.ptr[i])) {
            return false;
        }
    }
    str_init(&redacted, 1024);
    redact_text(&redacted, host);
    bool harmless = !redacted.failed && span_eq(str_span(&redacted), host);
    str_release(&redacted);
    return harmless && host.len > 0 && host.len <= 253;
}

void made_authority(struct exchange *x, struct span authority)
{
    uint64_t port = 0;
    for (size_t i = authority.len; i > 0; i--) {
        if (authority.ptr[i - 1] == '@') {
            authority = span_from(authority, i);
            break;
        }
    }
    size_t end = authority.len;
    while (end > 0 && authority.ptr[end - 1] >= '0' && authority.ptr[end - 1] <= '9') {
        end--;
    }
    bool has_port = end > 1 && authority.ptr[end - 1] == ':' &&
                    span_u64(span_from(authority, end), &port) && port <= 65535;
    struct span host = has_port ? span_first(authority, end - 1) : authority;
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = span(host.ptr + 1, host.len - 2);
    }
    if (is_host(host)) {
        x->host = arena_copy(&x->arena, host);
        x->port = has_port ? (uint16_t)port : span_eq(x->scheme, SPAN("http")) ? 80 : 443;
    }
}

void made_request(struct exchange *x, struct span method, struct span target)
{
    struct http_head *head = &x->request.head;
    for (size_t i = 0; i < target.len; i++) {
        if (target.ptr[i] == '#') {
            target.len = i;
        }
    }
    struct target parts = target_split(span_first(target, TARGET_MOST));
    if (parts.form == TARGET_ABSOLUTE) {
        x->scheme = span_ieq(parts.scheme, SPAN("http")) ? SPAN("http") : SPAN("https");
        made_authority(x, parts.authority);
        parts = target_split(parts.local.len ? parts.local : SPAN("/"));
        target = parts.local;
    } else if (x->scheme.len == 0) {
        x->scheme = SPAN("https");
    }
    x->tls = span_eq(x->scheme, SPAN("https"));
    head->method = arena_copy(&x->arena, span_first(method, 64));
    head->target = arena_copy(&x->arena, span_first(target, TARGET_MOST));
    x->target = target_split(head->target);
}

/* Storage for one more field: it doubles whenever the count is a power of two. */
static struct http_field *next_field(struct exchange *x, struct http_head *head)
{
    size_t count = head->field_count;
    if (count == HTTP_FIELDS_MOST) {
        return NULL;
    }
    if (count == 0 || (count >= 8 && (count & (count - 1)) == 0)) {
        struct http_field *fields =
            arena_alloc(&x->arena, (count ? count * 2 : 8) * sizeof *fields);
        if (!fields) {
            return NULL;
        }
        if (count) {
            memcpy(fields, head->fields, count * sizeof *fields);
        }
        head->fields = fields;
    }
    return &head->fields[head->field_count];
}

void made_field(struct exchange *x, struct http_head *head, struct span name, struct span value)
{
    struct http_field *field = next_field(x, head);
    if (!field || name.len == 0 || name.len > 256 || span_ieq(name, SPAN("Content-Encoding"))) {
        return;
    }
    value = span_first(value, FIELD_MOST);
    struct span line = arena_printf(&x->arena, "%.*s: %.*s", SPAN_ARG(name), SPAN_ARG(value));
    if (line.len < name.len + 2) {
        return;
    }
    *field = (struct http_field){
        .name = span_first(line, name.len),
        .value = span_trim(span_from(line, name.len + 1)),
        .line = line,
    };
    head->field_count++;
    if (head == &x->request.head && span_ieq(name, SPAN("Host")) && x->host.len == 0) {
        made_authority(x, field->value);
    }
}

void made_body(struct message *message, struct span bytes)
{
    capture_add(&message->body, bytes, BODY_MOST);
    message->body_bytes += bytes.len;
}

/* --- what the input does not tell --- */

void made_assume_status(struct exchange *x)
{
    static const struct {
        struct span word;
        int status;
    } known[] = {
        {{"no access token", 15}, 401},
        {{"session expired", 15}, 401},
        {{"invalidToken\":true", 19}, 401},
        {{"noAccessToken", 13}, 401},
        {{"lacks required scope", 20}, 401},
        {{"needs unlock", 12}, 401},
        {{"needsUnlock", 11}, 401},
        {{"incorrect otp", 13}, 401},
        {{"IP-restricted", 13}, 401},
        {{"unauthorized", 12}, 401},
        {{"too many requests", 17}, 429},
        {{"rate limit", 10}, 429},
        {{"not found", 9}, 404},
        {{"forbidden", 9}, 403},
        {{"internal server error", 21}, 500},
        {{"bad gateway", 11}, 502},
        {{"service unavailable", 19}, 503},
        {{"gateway time", 12}, 504},
    };
    struct span text = span_first(span(x->response.body.data, x->response.body.len), TEXT_LOOKED);
    int status = 400;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_ifind(text, known[i].word) >= 0) {
            status = known[i].status;
            break;
        }
    }
    x->response.head.status = status;
    exchange_find(x, "input.status-assumed", SEVERITY_WARNING,
                  "The input tells no status; it was read as the answer to a call that got %d.",
                  status);
}

/* Two to four digits at `at`; -1 when they are none. */
static int digits(struct span text, size_t at, size_t count)
{
    uint64_t value;
    if (at + count > text.len || !span_u64(span(text.ptr + at, count), &value)) {
        return -1;
    }
    return (int)value;
}

static int64_t to_ms(int year, int month, int day, int hour, int minute, int second)
{
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_sec = second};
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 60) {
        return 0;
    }
    return (int64_t)timegm(&tm) * 1000;
}

/* "Tue, 24 Nov 2026 09:15:03 GMT" */
static int64_t read_http_date(struct span t)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int month = 0;
    for (unsigned i = 0; i < 12 && t.len >= 29; i++) {
        if (memcmp(&months[3UL * i], t.ptr + 8, 3) == 0) {
            month = (int)i + 1;
        }
    }
    return month ? to_ms(digits(t, 12, 4), month, digits(t, 5, 2), digits(t, 17, 2),
                         digits(t, 20, 2), digits(t, 23, 2))
                 : 0;
}

/* "2026-11-24T09:15:03.123+01:00" */
static int64_t read_rfc3339(struct span t)
{
    int64_t ms = to_ms(digits(t, 0, 4), digits(t, 5, 2), digits(t, 8, 2), digits(t, 11, 2),
                       digits(t, 14, 2), digits(t, 17, 2));
    size_t at = 19;
    if (ms == 0) {
        return 0;
    }
    if (at < t.len && t.ptr[at] == '.') {
        int scale = 100;
        for (at++; at < t.len && t.ptr[at] >= '0' && t.ptr[at] <= '9'; at++, scale /= 10) {
            ms += (int64_t)(t.ptr[at] - '0') * scale;
        }
    }
    if (at < t.len && (t.ptr[at] == '+' || t.ptr[at] == '-')) {
        int hours = digits(t, at + 1, 2);
        int minutes = digits(t, at + 4, 2);
        int64_t offset = (hours > 0 ? hours : 0) * 60 + (minutes > 0 ? minutes : 0);
        ms -= (t.ptr[at] == '+' ? offset : -offset) * 60000;
    }
    return ms > 0 ? ms : 0;
}

int64_t made_time_read(struct span text)
{
    text = span_trim(text);
    if (text.len >= 20 && text.ptr[4] == '-' && text.ptr[7] == '-') {
        return read_rfc3339(text);
    }
    return text.len == 29 && text.ptr[3] == ',' ? read_http_date(text) : 0;
}

/* A time that only the exchange's own fields tell. */
static int64_t time_in_fields(const struct exchange *x)
{
    uint64_t stamp;
    if (span_u64(http_value(&x->request.head, SPAN("Auth-Timestamp")), &stamp) &&
        stamp > 1000000000000u && stamp < 100000000000000u) {
        return (int64_t)stamp;
    }
    return made_time_read(http_value(&x->response.head, SPAN("Date")));
}

void made_finish(struct exchange *x)
{
    if (x->response.head.status == 0) {
        x->maker = MAKER_NOBODY;
        x->outcome = OUTCOME_UPSTREAM_BROKE;
        x->response.complete = false;
    }
    if (x->started_ms == 0) {
        made_when(x, time_in_fields(x), (double)(x->finished_us - x->started_us));
    }
}
