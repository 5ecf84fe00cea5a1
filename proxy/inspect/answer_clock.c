/* Our clock against the upstream's, read from an answer's Date. When they differ, a client on the
 * same machine signs with a time that BitGo does not accept, and computed dates are wrong by as
 * much. */
#include "answered.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define APART_MOST_MS (60LL * 1000)
#define DATE_SIZE     40

int64_t http_date_ms(struct span text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char date[DATE_SIZE];
    char month[4];
    char zone[4];
    struct tm t = {0};
    if (text.len < 29 || text.len >= sizeof date) {
        return -1;
    }
    memcpy(date, text.ptr, text.len);
    date[text.len] = '\0';
    /* NOLINTNEXTLINE(cert-err34-c): at most four digits always fit an int */
    if (sscanf(date, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3[A-Z]", &t.tm_mday, month,
               &t.tm_year, &t.tm_hour, &t.tm_min, &t.tm_sec, zone) != 7 ||
        strcmp(zone, "GMT") != 0) {
        return -1;
    }
    const char *found = strlen(month) == 3 ? strstr(months, month) : NULL;
    if (!found || (found - months) % 3) {
        return -1;
    }
    t.tm_mon = (int)(found - months) / 3;
    t.tm_year -= 1900;
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
