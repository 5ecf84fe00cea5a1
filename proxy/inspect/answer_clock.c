/* Our clock against the upstream's, read from an answer's Date. When they differ, a client on the
 * same machine signs with a time that BitGo does not accept, and computed dates are wrong by as
 * much. */
#include "answered.h"

#include <stdlib.h>
#include <time.h>

#define APART_MOST_MS (60LL * 1000)

/* `digits` decimal digits of a date, or -1. */
static int number(const char *text, size_t digits)
{
    uint64_t value;
    return span_u64(span(text, digits), &value) ? (int)value : -1;
}

/* "Tue, 24 Nov 2026 09:15:03 GMT", the one form that RFC 9110 §5.6.7 lets servers write. */
int64_t http_date_ms(struct span text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *d = text.ptr;
    if (text.len != 29 || memcmp(d + 3, ", ", 2) != 0 || d[7] != ' ' || d[11] != ' ' ||
        d[16] != ' ' || d[19] != ':' || d[22] != ':' || memcmp(d + 25, " GMT", 4) != 0) {
        return -1;
    }
    const char *month = memmem(months, sizeof months - 1, d + 8, 3);
    struct tm t = {
        .tm_mday = number(d + 5, 2),
        .tm_year = number(d + 12, 4) - 1900,
        .tm_hour = number(d + 17, 2),
        .tm_min = number(d + 20, 2),
        .tm_sec = number(d + 23, 2),
    };
    if (!month || (month - months) % 3 || t.tm_mday < 0 || t.tm_year < -1900 || t.tm_hour < 0 ||
        t.tm_min < 0 || t.tm_sec < 0) {
        return -1;
    }
    t.tm_mon = (int)(month - months) / 3;
    return (int64_t)timegm(&t) * 1000;
}

/* A cached answer keeps the Date of its making. */
void inspect_answer_clock(struct exchange *x)
{
    int64_t there = http_date_ms(http_value(&x->response.head, SPAN("Date")));
    if (there < 0 || !x->answered_us || http_field(&x->response.head, SPAN("Age"))) {
        return;
    }
    int64_t here = x->started_ms + (x->answered_us - x->started_us) / 1000;
    int64_t apart = here - there;
    if (llabs(apart) > APART_MOST_MS) {
        exchange_find(x, "clock.upstream", SEVERITY_WARNING,
                      "This machine's clock is %lld seconds %s the upstream's; set it by NTP.",
                      llabs(apart) / 1000, apart > 0 ? "ahead of" : "behind");
    }
}
