/* Recovery phrases, by what they are made of. Twelve words in a row that are all on the list of BIP
 * 39 do not happen in prose: "the", "is", "a" and "not" are not on it. Between two words there may
 * be what stands between those of a sentence, of a numbered list or of a JSON array; an underscore
 * may not, as in wallet_view_all. Where the text ends within a run it may have been cut, so fewer
 * words are enough there, and the last one may be the beginning of one.
 *
 * Nearly all texts hold no run of words that is long enough, so those are looked for first, and the
 * list is asked about them only. */
#include "phrase.h"

#include <stdlib.h>

#include "bip39.h"
#include "chars.h"

#define WORDS_LEAST  12
#define CUT_LEAST    8
#define BETWEEN_MOST 40 /* bytes between two words: a JSON array may be indented */

/* A word, or words in a row: where they stand in a text. */
struct run {
    size_t start;
    size_t end;
    size_t words;
};

typedef bool run_accepts(struct span text, struct run word);
typedef void run_found(const struct view *v, struct run run);

/* The next word from there on; `words` is 0 when there is none. */
static struct run next_word(struct span text, size_t at)
{
    while (at < text.len && !is_alpha(text.ptr[at])) {
        at++;
    }
    struct run word = {.start = at};
    while (at < text.len && is_alpha(text.ptr[at])) {
        at++;
    }
    word.end = at;
    word.words = word.end > word.start;
    return word;
}

static bool stands_between(struct span text, size_t start, size_t end)
{
    if (end - start > BETWEEN_MOST) {
        return false;
    }
    for (size_t at = start; at < end; at++) {
        if (!is_digit(text.ptr[at]) && !one_of(text.ptr[at], " \t\r\n+,;.\"'`()-")) {
            return false;
        }
    }
    return true;
}

static void end_run(const struct view *v, struct run *run, run_found *found)
{
    if (run->words >= (run->end == v->text.len ? CUT_LEAST : WORDS_LEAST)) {
        found(v, *run);
    }
    *run = (struct run){0};
}

/* Finds the runs of accepted words that are long enough, among the words within `among`. */
static void find_runs(const struct view *v, struct run among, run_accepts *accepts,
                      run_found *found)
{
    struct run run = {0};
    struct run word = next_word(v->text, among.start);
    for (; word.words && word.end <= among.end; word = next_word(v->text, word.end)) {
        bool accepted = accepts(v->text, word);
        if (run.words && !(accepted && stands_between(v->text, run.end, word.start))) {
            end_run(v, &run, found);
        }
        if (accepted) {
            run.start = run.words ? run.start : word.start;
            run.end = word.end;
            run.words++;
        }
    }
    end_run(v, &run, found);
}

static bool could_be_listed(struct span text, struct run word)
{
    size_t len = word.end - word.start;
    return len <= BIP39_LONGEST && (len >= BIP39_SHORTEST || word.end == text.len);
}

static int compare(const void *word, const void *entry)
{
    return strcmp(word, entry);
}

/* The same as far as the word goes. */
static int compare_beginning(const void *word, const void *entry)
{
    return strncmp(word, entry, strlen(word));
}

/* Asked of words that could be. */
static bool is_listed(struct span text, struct run word)
{
    char lower[BIP39_LONGEST + 1] = "";
    for (size_t at = word.start; at < word.end; at++) {
        lower[at - word.start] = (char)(text.ptr[at] | 0x20);
    }
    return bsearch(lower, bip39_words, BIP39_COUNT, sizeof *bip39_words,
                   word.end == text.len ? compare_beginning : compare);
}

static void mark(const struct view *v, struct run run)
{
    view_mark(v, run.start, run.end);
}

static void ask_list(const struct view *v, struct run words)
{
    find_runs(v, words, is_listed, mark);
}

void phrase_mark(const struct view *v)
{
    const struct run all = {.end = v->text.len};
    find_runs(v, all, could_be_listed, ask_list);
}
