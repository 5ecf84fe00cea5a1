/* Levels of escapes. Each encoder that a text went through left one level of one kind: JSON in a
 * form in JSON has backslashes over percent signs over backslashes. Nothing in the text tells their
 * order, and the wrong one can lose the secret: in %5c\u0075 the percent sign was made last or
 * first. So every order is tried. Most of them lead to the same views, which are searched once;
 * n levels of one kind and m of another make about n × m of them. JSON in JSON in a form makes four
 * and a few views that were there already; a text of which levels make many more is hostile, or
 * long, and what is searched of it for that is bounded. */
#include "levels.h"

#include "mix.h"

#define VIEWS_MOST 96
#define MADE_TIMES 12 /* bytes of views for each byte of the text, and for any text */
#define MADE_LEAST ((size_t)1 << 20)  /* at least so many, */
#define MADE_MOST  ((size_t)32 << 20) /* at most so many */
#define ALIVE_MOST ((size_t)64 << 20) /* bytes of the views that are on the way to one of them */
#define BYTE_COST  5                  /* bytes of a view for each byte of the text under it */

struct levels {
    view_search *search;
    uint64_t seen[VIEWS_MOST]; /* their digests */
    size_t count;
    size_t alive; /* bytes */
    size_t left;  /* bytes of views that may still be made */
};

/* Of what the view shows, and of where it has that from. */
static uint64_t digest_of(const struct view *v)
{
    uint64_t digest = v->text.len;
    for (size_t i = 0; i < v->text.len; i++) {
        uint64_t from = v->from ? v->from[i] : i;
        digest = mix(digest, from << 8 | (unsigned char)v->text.ptr[i]);
    }
    return digest;
}

/* Remembers the view. False when it was there already. */
static bool is_new(struct levels *levels, const struct view *v)
{
    uint64_t digest = digest_of(v);
    for (size_t i = 0; i < levels->count; i++) {
        if (levels->seen[i] == digest) {
            return false;
        }
    }
    levels->seen[levels->count++] = digest;
    return true;
}

static bool search_deeper(struct levels *levels, const struct view *v);

static bool search_undone(struct levels *levels, const struct view *v, enum escapes which)
{
    struct view deeper;
    enum unescaped made = view_unescape(v, which, &deeper);
    if (made != UNESCAPED_SOME) {
        return made == UNESCAPED_NONE;
    }
    size_t bytes = BYTE_COST * v->text.len;
    levels->alive += bytes;
    bool all = levels->count < VIEWS_MOST && levels->alive <= ALIVE_MOST &&
               deeper.text.len <= levels->left;
    levels->left -= all ? deeper.text.len : levels->left;
    if (all && is_new(levels, &deeper)) {
        levels->search(&deeper);
        all = search_deeper(levels, &deeper);
    }
    levels->alive -= bytes;
    view_release(&deeper);
    return all;
}

static bool search_deeper(struct levels *levels, const struct view *v)
{
    return search_undone(levels, v, ESCAPES_PERCENT) &&
           search_undone(levels, v, ESCAPES_BACKSLASH) && search_undone(levels, v, ESCAPES_ENTITY);
}

static size_t bytes_to_make(size_t len)
{
    size_t most = len < MADE_MOST / MADE_TIMES ? MADE_TIMES * len : MADE_MOST;
    return most < MADE_LEAST ? MADE_LEAST : most;
}

bool levels_search(const struct view *v, view_search *search)
{
    struct levels levels = {.search = search, .left = bytes_to_make(v->text.len)};
    if (v->text.len && memchr(v->text.ptr, '\0', v->text.len)) {
        return false;
    }
    search(v);
    return search_deeper(&levels, v);
}
