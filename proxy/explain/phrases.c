/* Phrases in a text. Text and phrases are cut into words; case and a plural's s do not matter. A
 * phrase stands in the text when its words do, in their order, with at most GAP other words between
 * two of them: so "token disappeared" is found in "our token has suddenly disappeared". */
#include "phrases.h"

#include <stdlib.h>

#define BUCKETS    4096
#define GAP        2
#define WORDS_MOST 8     /* words of a phrase that count; the rest must stand there, too */
#define TEXT_WORDS 16384 /* words of a text that are read */
#define TEXT_MOST  65536 /* bytes of it */

struct phrase {
    size_t rule;      /* its place in the pack */
    size_t first;     /* its first word in phrasebook.words */
    size_t len;       /* words */
    bool signal;      /* enough alone; a hint otherwise */
    unsigned sharing; /* rules that have the same signal */
    unsigned next;    /* of the same bucket, counted from 1; 0 for none */
};

struct word {
    struct span text;
    uint32_t hash;
};

static bool is_word_byte(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c >= 0x80;
}

/* FNV-1a over the lower-case word. */
static uint32_t hash_of(struct span word)
{
    uint32_t hash = 2166136261U;
    bool plural = word.len > 3 && (word.ptr[word.len - 1] | 0x20) == 's' &&
                  (word.ptr[word.len - 2] | 0x20) != 's';
    for (size_t i = 0; i < word.len - plural; i++) {
        char c = word.ptr[i];
        hash = (hash ^ (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c)) * 16777619U;
    }
    return hash;
}

static bool next_word(struct span *rest, struct word *word)
{
    size_t start = 0;
    while (start < rest->len && !is_word_byte((unsigned char)rest->ptr[start])) {
        start++;
    }
    size_t end = start;
    while (end < rest->len && is_word_byte((unsigned char)rest->ptr[end])) {
        end++;
    }
    if (end == start) {
        return false;
    }
    word->text = span(rest->ptr + start, end - start);
    word->hash = hash_of(word->text);
    *rest = span_from(*rest, end);
    return true;
}

/* --- the book --- */

static int add_word(struct phrasebook *book, uint32_t hash)
{
    if (book->word_count == book->word_room) {
        size_t room = book->word_room ? book->word_room * 2 : 256;
        uint32_t *words = reallocarray(book->words, room, sizeof *words);
        if (!words) {
            return -1;
        }
        book->words = words;
        book->word_room = room;
    }
    book->words[book->word_count++] = hash;
    return 0;
}

static struct phrase *new_phrase(struct phrasebook *book)
{
    if (book->count == book->room) {
        size_t room = book->room ? book->room * 2 : 64;
        struct phrase *phrases = reallocarray(book->phrases, room, sizeof *phrases);
        if (!phrases) {
            return NULL;
        }
        book->phrases = phrases;
        book->room = room;
    }
    return &book->phrases[book->count];
}

static bool same_words(const struct phrasebook *book, const struct phrase *a,
                       const struct phrase *b)
{
    return a->len == b->len && memcmp(book->words + a->first, book->words + b->first,
                                      a->len * sizeof *book->words) == 0;
}

/* Files a phrase, and counts how many rules have the same signal. */
static void file_phrase(struct phrasebook *book, struct phrase *p)
{
    unsigned *head = &book->heads[book->words[p->first] % BUCKETS];
    p->sharing = 1;
    for (unsigned at = *head; at && p->signal; at = book->phrases[at - 1].next) {
        struct phrase *other = &book->phrases[at - 1];
        if (other->signal && other->rule != p->rule && same_words(book, other, p)) {
            p->sharing = ++other->sharing;
        }
    }
    p->next = *head;
    *head = (unsigned)++book->count;
}

static int add_phrase(struct phrasebook *book, const char *text, size_t rule, bool signal)
{
    struct span rest = span_of(text);
    struct word word;
    struct phrase *p = new_phrase(book);
    if (!p) {
        return -1;
    }
    *p = (struct phrase){.rule = rule, .first = book->word_count, .signal = signal};
    while (next_word(&rest, &word)) {
        if (add_word(book, word.hash) != 0) {
            return -1;
        }
        p->len++;
    }
    if (p->len) {
        file_phrase(book, p);
    }
    return 0;
}

int phrasebook_init(struct phrasebook *book, struct rule *const *rules, size_t count)
{
    *book = (struct phrasebook){0};
    book->heads = calloc(BUCKETS, sizeof *book->heads);
    bool room = book->heads != NULL;
    for (size_t i = 0; room && i < count; i++) {
        for (const char *const *s = rules[i]->signals; room && *s; s++) {
            room = add_phrase(book, *s, i, true) == 0;
        }
        for (const char *const *h = rules[i]->hints; room && h && *h; h++) {
            room = add_phrase(book, *h, i, false) == 0;
        }
    }
    if (!room) {
        phrasebook_release(book);
    }
    return room ? 0 : -1;
}

void phrasebook_release(struct phrasebook *book)
{
    free(book->phrases);
    free(book->words);
    free(book->heads);
    *book = (struct phrasebook){0};
}

/* --- a text --- */

/* Whether the phrase begins at words[0]; *last then is the word that ends it. */
static bool begins_here(const struct phrasebook *book, const struct phrase *p,
                        const struct word *words, size_t count, size_t *last)
{
    size_t at = 0;
    for (size_t k = 0; k < p->len; k++) {
        size_t until = k == 0 ? 1 : at + GAP + 1;
        while (at < count && at < until && words[at].hash != book->words[p->first + k]) {
            at++;
        }
        if (at >= count || at >= until) {
            return false;
        }
        *last = at++;
    }
    return true;
}

static int weight_of(const struct phrase *p)
{
    int words = (int)(p->len < WORDS_MOST ? p->len : WORDS_MOST);
    return p->signal ? 200 * words / (int)p->sharing : 50 * words;
}

static void visit_at(const struct phrasebook *book, const struct word *words, size_t count,
                     unsigned char *seen, phrase_visit *visit, void *ctx)
{
    unsigned at = book->heads[words[0].hash % BUCKETS];
    for (; at; at = book->phrases[at - 1].next) {
        const struct phrase *p = &book->phrases[at - 1];
        size_t last = 0;
        if (!seen[at - 1] && begins_here(book, p, words, count, &last)) {
            const char *start = words[0].text.ptr;
            const char *end = words[last].text.ptr + words[last].text.len;
            seen[at - 1] = 1;
            visit(p->rule, span(start, (size_t)(end - start)), weight_of(p), p->signal, ctx);
        }
    }
}

int phrasebook_each(const struct phrasebook *book, struct span text, phrase_visit *visit, void *ctx)
{
    struct word *words = calloc(TEXT_WORDS, sizeof *words);
    unsigned char *seen = calloc(book->count ? book->count : 1, 1);
    if (!words || !seen) {
        free(words);
        free(seen);
        return -1;
    }
    size_t count = 0;
    struct span rest = span_first(text, TEXT_MOST);
    while (count < TEXT_WORDS && next_word(&rest, &words[count])) {
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        visit_at(book, words + i, count - i, seen, visit, ctx);
    }
    free(words);
    free(seen);
    return 0;
}
