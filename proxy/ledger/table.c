#include "table.h"

#include <stdlib.h>

#include "why401/exchange/body.h"

#define FORGOTTEN_MOST 1000
#define SECRET_RUN     40 /* letters and digits in a row, as no id or name of BitGo's has */

static void known_free(struct known *t)
{
    while (t->tallies) {
        struct tally *next = t->tallies->next;
        free(t->tallies->name);
        free(t->tallies);
        t->tallies = next;
    }
    free(t->label);
    free(t->host);
    free(t->token_id);
    free(t->scopes);
    free(t->ip_restrict);
    free(t->limits);
    free(t->spent);
    free(t->last_problem);
    free(t->scope_words);
    free(t->scope_list);
    free(t->allowed);
    free(t);
}

static void free_forgotten(struct table *table)
{
    while (table->forgotten) {
        struct known *next = table->forgotten->next;
        known_free(table->forgotten);
        table->forgotten = next;
    }
    table->forgotten_count = 0;
}

void table_release(struct table *table)
{
    free_forgotten(table);
    for (size_t i = 0; i < BUCKETS; i++) {
        while (table->buckets[i]) {
            struct known *next = table->buckets[i]->next;
            known_free(table->buckets[i]);
            table->buckets[i] = next;
        }
    }
}

/* A fingerprint is part of a hash, so its first digits are as good as any; multiplying spreads what
 * the digits' codes leave out. */
static size_t bucket_of(const char *fingerprint)
{
    uint64_t digits;
    memcpy(&digits, fingerprint, sizeof digits);
    return (digits * UINT64_C(0x9e3779b97f4a7c15) >> 48) & (BUCKETS - 1);
}

struct known *table_find(const struct table *table, const char *fingerprint)
{
    if (strlen(fingerprint) != FINGERPRINT_SIZE - 1) {
        return NULL;
    }
    struct known *t = table->buckets[bucket_of(fingerprint)];
    while (t && memcmp(t->passport.fingerprint, fingerprint, FINGERPRINT_SIZE) != 0) {
        t = t->next;
    }
    return t;
}

struct known *table_find_id(const struct table *table, struct span token_id)
{
    for (size_t i = 0; i < BUCKETS && token_id.len; i++) {
        for (struct known *t = table->buckets[i]; t; t = t->next) {
            if (t->token_id && span_eq(span_of(t->token_id), token_id)) {
                return t;
            }
        }
    }
    return NULL;
}

static int compare_ids(const void *a, const void *b)
{
    const struct known *const *x = a;
    const struct known *const *y = b;
    return strcmp((*x)->token_id, (*y)->token_id);
}

struct known **table_by_id(const struct table *table, size_t *count)
{
    struct known **list = calloc(table->count + 1, sizeof(struct known *));
    *count = 0;
    for (size_t i = 0; i < BUCKETS && list; i++) {
        for (struct known *t = table->buckets[i]; t; t = t->next) {
            if (t->token_id) {
                list[(*count)++] = t;
            }
        }
    }
    if (list) {
        qsort(list, *count, sizeof(struct known *), compare_ids);
    }
    return list;
}

struct known *known_of_id(struct known *const *list, size_t count, const char *token_id)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        int order = strcmp(list[middle]->token_id, token_id);
        if (order == 0) {
            return list[middle];
        }
        low = order < 0 ? middle + 1 : low;
        count = order < 0 ? count : middle;
    }
    return NULL;
}

static void unlink_waiting(struct table *table, struct known *t)
{
    struct known **at = &table->waiting;
    while (*at && *at != t) {
        at = &(*at)->next_wait;
    }
    if (*at) {
        *at = t->next_wait;
    }
}

/* Takes the token seen longest ago out of the table; a commit takes it out of the file. */
static bool forget_oldest(struct table *table)
{
    struct known **oldest = NULL;
    if (table->forgotten_count == FORGOTTEN_MOST) {
        return false;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct known **at = &table->buckets[i]; *at; at = &(*at)->next) {
            if (!oldest || (*at)->last_seen_ms < (*oldest)->last_seen_ms) {
                oldest = at;
            }
        }
    }
    struct known *t = *oldest;
    *oldest = t->next;
    if (t->waits) {
        unlink_waiting(table, t);
    }
    t->next = table->forgotten;
    table->forgotten = t;
    table->forgotten_count++;
    table->count--;
    return true;
}

struct known *table_get(struct table *table, const char *fingerprint, int64_t now_ms)
{
    struct known *t = table_find(table, fingerprint);
    if (t || strlen(fingerprint) != FINGERPRINT_SIZE - 1) {
        return t;
    }
    if ((table->count == TOKENS_MOST && !forget_oldest(table)) || !(t = calloc(1, sizeof *t))) {
        return NULL;
    }
    memcpy(t->passport.fingerprint, fingerprint, FINGERPRINT_SIZE);
    t->first_seen_ms = t->last_seen_ms = now_ms;
    struct known **bucket = &table->buckets[bucket_of(fingerprint)];
    t->next = *bucket;
    *bucket = t;
    table->count++;
    return t;
}

void table_touch(struct table *table, struct known *t)
{
    if (!t->waits) {
        t->waits = true;
        t->next_wait = table->waiting;
        table->waiting = t;
    }
}

void table_written(struct table *table)
{
    while (table->waiting) {
        struct known *t = table->waiting;
        table->waiting = t->next_wait;
        t->waits = false;
        for (struct tally *tally = t->tallies; tally; tally = tally->next) {
            tally->waits = false;
        }
    }
    free_forgotten(table);
}

static bool is_tally(const struct tally *tally, enum tally_kind kind, struct span name)
{
    return tally->kind == kind && span_eq(span(tally->name, tally->name_len), name);
}

const struct tally *known_find_tally(const struct known *t, enum tally_kind kind, struct span name)
{
    const struct tally *tally = t->tallies;
    while (tally && !is_tally(tally, kind, name)) {
        tally = tally->next;
    }
    return tally;
}

struct tally *known_tally(struct known *t, enum tally_kind kind, struct span name)
{
    struct tally **at = &t->tallies;
    while (*at && !is_tally(*at, kind, name)) {
        at = &(*at)->next;
    }
    if (*at || t->tally_count[kind] == TALLIES_MOST || name.len == 0) {
        return *at;
    }
    struct tally *tally = calloc(1, sizeof *tally);
    if (!tally || !known_text(&tally->name, name, TEXT_MOST) || !tally->name) {
        free(tally);
        return NULL;
    }
    tally->kind = kind;
    tally->name_len = strlen(tally->name);
    t->tally_count[kind]++;
    *at = tally;
    return tally;
}

/* Letters and digits in a row that are too long for anything but a token, a key or a hash. */
static bool has_secret(struct span s)
{
    size_t run = 0;
    for (size_t i = 0; i < s.len && run < SECRET_RUN; i++) {
        char c = (char)(s.ptr[i] | 0x20);
        run = (c >= 'a' && c <= 'z') || (s.ptr[i] >= '0' && s.ptr[i] <= '9') ? run + 1 : 0;
    }
    return run >= SECRET_RUN;
}

bool known_text(char **text, struct span s, size_t most)
{
    struct str clean;
    str_init(&clean, most * 4);
    utf8_clean(&clean, span_first(s, most));
    struct span kept = utf8_first(str_span(&clean), most);
    if (has_secret(s)) {
        kept = SPAN("(not kept: it looks like a secret)");
    }
    bool same = span_eq(kept, span_of(*text)) && (kept.len == 0) == !*text;
    if (!same) {
        free(*text);
        *text = kept.len ? span_dup(kept) : NULL;
    }
    str_release(&clean);
    return !same;
}

bool known_set_scopes(struct known *t, struct span scopes)
{
    if (!known_text(&t->scopes, scopes, LIST_MOST)) {
        return false;
    }
    free(t->scope_words);
    free(t->scope_list);
    t->scope_words = t->scopes ? strdup(t->scopes) : NULL;
    t->scope_list = t->scope_words ? calloc(SCOPES_MOST + 1, sizeof *t->scope_list) : NULL;
    char *rest = t->scope_list ? t->scope_words : NULL;
    char *word;
    for (size_t i = 0; i < SCOPES_MOST && (word = strsep(&rest, " ")); i++) {
        t->scope_list[i] = word;
    }
    return true;
}

/* One entry that cannot be read makes the whole list of no use: it might allow any address. */
static size_t read_blocks(struct span text, struct cidr *blocks)
{
    struct span part;
    const char *why;
    size_t count = 0;
    while (span_cut(&text, ',', &part)) {
        part = span_trim(part);
        if (count == ALLOWED_MOST || !cidr_parse(part, &blocks[count++], &why)) {
            return 0;
        }
    }
    return count;
}

bool known_set_ip_restrict(struct known *t, struct span blocks)
{
    if (!known_text(&t->ip_restrict, blocks, LIST_MOST)) {
        return false;
    }
    free(t->allowed);
    t->passport.allowed_count = 0;
    t->allowed = t->ip_restrict ? calloc(ALLOWED_MOST, sizeof *t->allowed) : NULL;
    if (t->allowed) {
        t->passport.allowed_count = read_blocks(span_of(t->ip_restrict), t->allowed);
    }
    return true;
}

const struct passport *known_passport(struct known *t)
{
    t->passport.label = t->label;
    t->passport.host = t->host;
    t->passport.scopes = t->scope_list;
    t->passport.allowed = t->allowed;
    return &t->passport;
}
