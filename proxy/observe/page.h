/* Laying out text for people: colours, columns, wrapping. Private; observer thread. */
#ifndef OBSERVE_PAGE_H
#define OBSERVE_PAGE_H

#include "why401/base/str.h"
#include "why401/observe/columns.h"

/* Escape sequences, or empty strings where colours are not wanted. */
struct palette {
    const char *reset;
    const char *bold;
    const char *dim;
    const char *red;
    const char *yellow;
    const char *green;
    const char *cyan;
};

extern const struct palette palette_plain;
extern const struct palette palette_color;

struct page {
    struct str *out;               /* where it is written */
    const struct palette *palette; /* never NULL */
    size_t width;                  /* columns */
    const char *bar;               /* colour of the bar at the left of a block */
    struct str line;               /* the text that is being wrapped; kept for its storage */
};

#define PAGE_INDENT 4  /* columns of the bar */
#define PAGE_LABEL  15 /* columns of a label and the gap behind it */

void page_init(struct page *p, struct str *out);
void page_release(struct page *p);

/* A line of the block that holds nothing but the bar. */
void page_gap(struct page *p);

/* A paragraph behind the bar, wrapped. Peers' control characters become visible. */
void page_paragraph(struct page *p, const char *color, struct span text);

/* A label and, beside it, a wrapped paragraph that begins with `mark` ("1.", "•", or ""). An empty
 * label leaves its column blank. On a narrow page the paragraph stands under the label. */
void page_entry(struct page *p, const char *label, const char *mark, struct span text);

#endif
