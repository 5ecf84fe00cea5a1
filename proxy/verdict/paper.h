/* Plain text for people, wrapped to the width of a page. Private. */
#ifndef VERDICT_PAPER_H
#define VERDICT_PAPER_H

#include "why401/base/str.h"
#include "why401/observe/render.h"

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_GREEN };

struct paper {
    struct str *out;
    const struct render *how; /* at least 40 columns are used */
};

/* A paragraph from column `indent` on that begins with `mark` ("3 ×", "1.", ""); all its lines
 * start behind the mark. Nothing of it is taken for a command by a CI that reads the output. */
void paper_line(const struct paper *p, size_t indent, const char *mark, enum ink ink,
                struct span text);

void paper_gap(const struct paper *p);

#endif
