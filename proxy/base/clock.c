#include "why401/base/clock.h"

#include <time.h>

#include "why401/base/span.h"

int64_t clock_wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The text of a second; a thread that asks again for the same one gets what it had. */
static struct span second_text(time_t second)
{
    static _Thread_local time_t last;
    static _Thread_local char text[CLOCK_TEXT_SIZE - 8];
    static _Thread_local size_t len;
    struct tm utc;
    if (second != last || !len) {
        bool known = gmtime_r(&second, &utc);
        len = known ? strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc) : 0;
        last = second;
    }
    return span(text, len);
}

const char *clock_text(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
    struct span second = second_text((time_t)(wall_ms / 1000));
    if (!second.len) {
        return strcpy(text, "-");
    }
    unsigned ms = (unsigned)(wall_ms % 1000) % 1000;
    char digits[] = {
        '.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10), (char)('0' + ms % 10), 'Z', '\0'};
    memcpy(text, second.ptr, second.len);
    memcpy(text + second.len, digits, sizeof digits);
    return text;
}

const char *clock_minute(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;
    if (!gmtime_r(&seconds, &utc) || !strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M UTC", &utc)) {
        return strcpy(text, "-");
    }
    return text;
}
