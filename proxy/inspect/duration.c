/* BitGo counts a token's duration in seconds and takes fractions of them. A token that
 * "disappeared" was nearly always asked for with days in mind, or with the difference of two dates
 * in milliseconds divided by something. So every duration is answered with the date that it means.
 */
#include "creation.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define MINUTE 60.0
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define YEAR   (365.25 * DAY)

#define LONGEST    (10 * YEAR + DAY) /* what BitGo allows */
#define BRIEF      (30 * DAY)
#define DAYS_MOST  3650
#define YEARS_MOST 10

#define TEXT_SIZE 80

static const char *number_text(double n, char text[TEXT_SIZE])
{
    bool whole = n == floor(n) && n < 1e15;
    snprintf(text, TEXT_SIZE, whole ? "%.0f" : "%.15g", n);
    return text;
}

/* "6.6 days", "2.0 hours", "10.0 years" */
static const char *length_text(double seconds, char text[TEXT_SIZE])
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{YEAR, "years"}, {DAY, "days"}, {HOUR, "hours"}, {MINUTE, "minutes"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (seconds >= (i == 0 ? 2 : 1) * units[i].seconds) {
            snprintf(text, TEXT_SIZE, "%.1f %s", seconds / units[i].seconds, units[i].name);
            return text;
        }
    }
    snprintf(text, TEXT_SIZE, "%.1f seconds", seconds);
    return text;
}

/* "2026-12-01 00:17 UTC"; false when there is no such date, or no date to count from. */
static bool date_text(const struct exchange *x, double seconds, char text[TEXT_SIZE])
{
    struct tm utc;
    if (x->started_ms == 0 || seconds > 7000 * YEAR) {
        return false;
    }
    time_t end = (time_t)((double)x->started_ms / 1000 + seconds);
    return gmtime_r(&end, &utc) && strftime(text, TEXT_SIZE, "%Y-%m-%d %H:%M UTC", &utc) > 0;
}

/* What the number means: "this token expires on …", or how long it lives when no date can be told.
 */
static const char *end_text(const struct exchange *x, double seconds, char text[2 * TEXT_SIZE])
{
    char date[TEXT_SIZE];
    bool made = x->response.head.status >= 200 && x->response.head.status < 300;
    if (date_text(x, seconds, date)) {
        snprintf(text, 2UL * TEXT_SIZE, "this token %s on %s", made ? "expires" : "would expire",
                 date);
    } else {
        snprintf(text, 2UL * TEXT_SIZE, "this token %s then", made ? "expires" : "would expire");
    }
    return text;
}

static bool is_round(double n, double unit)
{
    return fmod(n, unit) == 0;
}

/* The unit that was probably meant, and how many seconds that would have been; NULL when seconds
 * are as good a guess as any: 600 and 3600 are the usual ten minutes and hour. */
static const char *meant_unit(double n, double *seconds)
{
    if (n > LONGEST && n / 1000 >= HOUR && n / 1000 <= LONGEST) {
        *seconds = n / 1000;
        return "milliseconds";
    }
    if (n <= YEARS_MOST) {
        *seconds = n * YEAR;
        return "years";
    }
    if (n <= DAYS_MOST && !is_round(n, 600)) {
        *seconds = n * DAY;
        return "days";
    }
    return NULL;
}

static void judge_unit(struct exchange *x, double seconds)
{
    char number[TEXT_SIZE];
    char length[TEXT_SIZE];
    char end[2 * TEXT_SIZE];
    double meant_seconds;
    const char *unit = meant_unit(seconds, &meant_seconds);
    if (unit) {
        exchange_find(
            x, "creation.duration-unit", SEVERITY_WARNING,
            "duration is in seconds: %s seconds are %s, so %s. If %s were meant, duration is "
            "%.0f.",
            number_text(seconds, number), length_text(seconds, length), end_text(x, seconds, end),
            unit, meant_seconds);
    }
}

static const char *kind_of(double seconds)
{
    return seconds < DAY               ? "creation.duration-short"
           : seconds != floor(seconds) ? "creation.duration-fraction"
           : seconds < BRIEF           ? "creation.duration-brief"
                                       : NULL;
}

void judge_duration(struct exchange *x, double seconds)
{
    char number[TEXT_SIZE];
    char length[TEXT_SIZE];
    char end[2 * TEXT_SIZE];
    number_text(seconds, number);
    length_text(seconds, length);
    end_text(x, seconds, end);
    exchange_find(x, "creation.duration", SEVERITY_NOTE,
                  "The token was asked for with a duration of %s seconds (%s): %s.", number, length,
                  end);
    const char *kind = kind_of(seconds);
    if (kind) {
        exchange_find(x, kind, SEVERITY_WARNING,
                      "duration is in seconds: %s seconds are %s, so %s.", number, length, end);
    }
    judge_unit(x, seconds);
}
