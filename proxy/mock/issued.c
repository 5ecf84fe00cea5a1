#include "issued.h"

#include "why401/base/clock.h"
#include "why401/base/ip.h"
#include "why401/exchange/json_read.h"

#define DAY_MS       86400000
#define DAYS_MOST    36500 /* ago; more is no time that anybody tests with */
#define SECONDS_MOST 1e10  /* of a duration; what is longer never ends */

void issued_release(struct issued *i)
{
    json_decref(i->asked);
    *i = (struct issued){0};
}

/* A limit is written as a number or as a string of digits. */
static double limit_of(const json_t *asked)
{
    const json_t *first = json_array_get(json_object_get(asked, "spendingLimits"), 0);
    const json_t *value = json_object_get(first, "txValueLimit");
    uint64_t number = 0;
    if (json_is_string(value)) {
        span_u64(span_of(json_string_value(value)), &number);
        return (double)number;
    }
    return json_number_value(value);
}

bool issued_make(struct issued *i, struct span body, uint64_t days)
{
    json_t *asked = json_read(body, 0, NULL);
    if (!json_is_object(asked)) {
        json_decref(asked);
        return false;
    }
    issued_release(i);
    double duration = json_number_value(json_object_get(asked, "duration"));
    i->asked = asked;
    i->created_ms = clock_wall_ms() - (int64_t)(days < DAYS_MOST ? days : DAYS_MOST) * DAY_MS;
    i->expires_ms =
        duration > 0 && duration < SECONDS_MOST ? i->created_ms + (int64_t)(duration * 1000) : 0;
    i->limit = limit_of(asked);
    return true;
}

static bool allows_loopback(const json_t *list)
{
    struct ip loopback;
    struct cidr block;
    const char *why;
    ip_parse(SPAN("127.0.0.1"), &loopback);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text && cidr_parse(span_of(text), &block, &why) && cidr_contains(&block, loopback)) {
            return true;
        }
    }
    return json_array_size(list) == 0;
}

const char *issued_complaint(const struct issued *i)
{
    if (!i->asked || i->deleted || (i->expires_ms && i->expires_ms < clock_wall_ms())) {
        return "unauthorized";
    }
    if (!allows_loopback(json_object_get(i->asked, "ipRestrict"))) {
        return "Attempt to use IP-restricted token from an unauthorized IP address";
    }
    return i->limit > 0 && i->spent >= i->limit ? "session expired" : NULL;
}

void issued_spend(struct issued *i)
{
    i->spent += ISSUED_SPENDS;
}

static void add_moment(json_t *object, const char *key, int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];
    if (ms) {
        json_object_set_new(object, key, json_string(clock_text(ms, text)));
    }
}

static json_t *unlock_json(const struct issued *i)
{
    const json_t *first = json_array_get(json_object_get(i->asked, "spendingLimits"), 0);
    const char *coin = json_string_value(json_object_get(first, "coin"));
    return json_pack("{s:{s:{s:f,s:f}}}", "spendingLimits", coin ? coin : "tbtc", "txValue",
                     i->spent, "txValueLimit", i->limit);
}

json_t *issued_json(const struct issued *i)
{
    static const char *const copied[] = {"label", "scope", "ipRestrict", "enterprise"};
    json_t *object =
        json_pack("{s:s,s:s,s:b,s:s}", "id", ISSUED_ID, "user", "543c11ed356d00cb7600000b98794503",
                  "isExtensible", 0, "origin", "test.bitgo.com");
    for (size_t k = 0; k < sizeof copied / sizeof copied[0]; k++) {
        json_t *value = json_object_get(i->asked, copied[k]);
        if (value) {
            json_object_set(object, copied[k], value);
        }
    }
    add_moment(object, "created", i->created_ms);
    add_moment(object, "expires", i->expires_ms);
    if (i->limit > 0) {
        json_object_set_new(object, "unlock", unlock_json(i));
    }
    return object;
}
