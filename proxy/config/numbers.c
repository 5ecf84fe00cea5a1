/* "limits" and "timeouts": tables made from the macro lists of core/options.h, which hold each
 * key's default and range too. */
#include <inttypes.h>

#include "reader.h"

struct number {
    const char *key;
    uint64_t least;
    uint64_t most;
    size_t offset; /* of the field in its struct */
};

static const struct number limit_numbers[] = {
#define X(key, default_value, least, most, meaning)                                                \
    {#key, least, most, offsetof(struct limits, key)},
    LIMITS_LIST(X)
#undef X
};

static const struct number timeout_numbers[] = {
#define X(key, default_value, least, most, meaning)                                                \
    {#key, least, most, offsetof(struct timeouts, key)},
    TIMEOUTS_LIST(X)
#undef X
};

#define LIMIT_COUNT   (sizeof limit_numbers / sizeof limit_numbers[0])
#define TIMEOUT_COUNT (sizeof timeout_numbers / sizeof timeout_numbers[0])

void limits_default(struct limits *limits)
{
    *limits = (struct limits){
#define X(key, default_value, least, most, meaning) .key = (default_value),
        LIMITS_LIST(X)
#undef X
    };
}

void timeouts_default(struct timeouts *timeouts)
{
    *timeouts = (struct timeouts){
#define X(key, default_value, least, most, meaning) .key = (default_value),
        TIMEOUTS_LIST(X)
#undef X
    };
}

/* Reads the numbers of one object into the struct at base; a field whose key is absent keeps its
 * value. */
static int read_numbers(const struct place *at, json_t *value, const struct number *numbers,
                        size_t count, void (*store)(void *to, uint64_t number), void *base,
                        struct err *err)
{
    const char *names[LIMIT_COUNT + TIMEOUT_COUNT];
    for (size_t i = 0; i < count; i++) {
        names[i] = numbers[i].key;
    }
    if (check_keys(at, value, names, count, err) != 0) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        json_t *member = json_object_get(value, numbers[i].key);
        struct place inner = place_key(at, numbers[i].key);
        uint64_t number;
        if (!member) {
            continue;
        }
        if (read_integer(&inner, member, numbers[i].least, numbers[i].most, &number, err) != 0) {
            return -1;
        }
        store((char *)base + numbers[i].offset, number);
    }
    return 0;
}

static void store_size(void *to, uint64_t number)
{
    *(size_t *)to = (size_t)number;
}

static void store_u32(void *to, uint64_t number)
{
    *(uint32_t *)to = (uint32_t)number;
}

int read_limits(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    return read_numbers(at, value, limit_numbers, LIMIT_COUNT, store_size, &c->limits, err);
}

int read_timeouts(struct config *c, const struct place *at, json_t *value, struct err *err)
{
    return read_numbers(at, value, timeout_numbers, TIMEOUT_COUNT, store_u32, &c->timeouts, err);
}
