#include "why401/base/clock.h"

#include <stdio.h>
#include <time.h>

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

const char *clock_text(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;
    char date[CLOCK_TEXT_SIZE - 8];
    if (!gmtime_r(&seconds, &utc) || !strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc)) {
        return strcpy(text, "-");
    }
    snprintf(text, CLOCK_TEXT_SIZE, "%s.%03uZ", date, (unsigned)(wall_ms % 1000) % 1000);
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
