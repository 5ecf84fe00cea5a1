/* A few places for each hash: a newer text takes that of the oldest. */
#include "clean.h"

#include "mix.h"

/* Eight bytes at a time; it only has to spread, since the whole text is compared in the end. */
static uint64_t hash(uint64_t sum, struct span text)
{
    uint64_t eight;
    for (; text.len >= sizeof eight; text = span_from(text, sizeof eight)) {
        memcpy(&eight, text.ptr, sizeof eight);
        sum = mix(sum, eight);
    }
    for (size_t i = 0; i < text.len; i++) {
        sum = mix(sum, (unsigned char)text.ptr[i]);
    }
    return sum;
}

static size_t set_of(struct span kind, struct span text)
{
    return mix(hash(hash(text.len, kind), text), 0) & (CLEAN_SETS - 1);
}

static bool is_kept(struct span kind, struct span text)
{
    return text.len && kind.len < CLEAN_MOST && text.len <= CLEAN_MOST - kind.len;
}

static bool is_same(const struct clean_text *known, struct span kind, struct span text)
{
    struct span bytes = span(known->bytes, known->len);
    return known->kind_len == kind.len && known->len == kind.len + text.len &&
           span_eq(span_first(bytes, kind.len), kind) && span_eq(span_from(bytes, kind.len), text);
}

bool clean_knows(const struct clean_texts *c, struct span kind, struct span text)
{
    if (!is_kept(kind, text)) {
        return false;
    }
    const struct clean_set *set = &c->sets[set_of(kind, text)];
    for (size_t i = 0; i < CLEAN_WAYS; i++) {
        if (is_same(&set->places[i], kind, text)) {
            return true;
        }
    }
    return false;
}

void clean_keep(struct clean_texts *c, struct span kind, struct span text)
{
    if (!is_kept(kind, text)) {
        return;
    }
    struct clean_set *set = &c->sets[set_of(kind, text)];
    struct clean_text *place = &set->places[set->next];
    set->next = (set->next + 1) % CLEAN_WAYS;
    if (kind.len) {
        memcpy(place->bytes, kind.ptr, kind.len);
    }
    memcpy(place->bytes + kind.len, text.ptr, text.len);
    place->kind_len = kind.len;
    place->len = kind.len + text.len;
}
