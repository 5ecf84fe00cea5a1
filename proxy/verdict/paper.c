#include "paper.h"

#include "why401/observe/text.h"

#define LEAST_WIDTH 40
#define TEXT_MOST   2048

static size_t columns_of(struct span text)
{
    size_t columns = 0;
    for (size_t i = 0; i < text.len; i++) {
        columns += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    }
    return columns;
}

/* Bytes of text for `room` columns: up to a space, or amid a word that is longer than a line. */
static size_t fit(struct span text, size_t room)
{
    size_t space = 0;
    size_t at = 0;
    for (size_t used = 0; at < text.len; at++) {
        used += ((unsigned char)text.ptr[at] & 0xc0) != 0x80;
        if (used > room) {
            return space ? space : at;
        }
        if (text.ptr[at] == ' ') {
            space = at;
        }
    }
    return at;
}

static void pad(struct str *out, size_t columns)
{
    for (; columns > 0; columns--) {
        str_add_c(out, ' ');
    }
}

static const char *color_of(enum ink ink)
{
    static const char *const colors[] = {"", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m"};
    return colors[ink];
}

/* GitHub's runner obeys "::name::" at the start of a line, white space before it or not; of
 * "##[name]" text_escape has left nothing. */
static void add_line(const struct paper *p, enum ink ink, struct span line)
{
    const char *color = p->how->color ? color_of(ink) : "";
    str_add(p->out, span_of(color));
    if (span_starts(line, SPAN("::"))) {
        str_add_c(p->out, '\\');
    }
    str_add(p->out, line);
    str_add(p->out, span_of(*color ? "\x1b[0m" : ""));
    str_add_c(p->out, '\n');
}

void paper_line(const struct paper *p, size_t indent, const char *mark, enum ink ink,
                struct span text)
{
    struct str safe;
    str_init(&safe, 8UL * TEXT_MOST);
    text_escape(&safe, text, TEXT_MOST);
    size_t column = indent + columns_of(span_of(mark)) + (mark[0] ? 1 : 0);
    size_t width = p->how->width > LEAST_WIDTH ? p->how->width : LEAST_WIDTH;
    size_t room = width > column + LEAST_WIDTH / 2 ? width - column : LEAST_WIDTH / 2;
    struct span rest = str_span(&safe);
    pad(p->out, indent);
    str_addf(p->out, "%s%s", mark, mark[0] ? " " : "");
    do {
        size_t len = fit(rest, room);
        add_line(p, ink, span_first(rest, len));
        rest = span_from(rest, len);
        while (rest.len && rest.ptr[0] == ' ') {
            rest = span_from(rest, 1);
        }
        pad(p->out, rest.len ? column : 0);
    } while (rest.len);
    str_release(&safe);
}

void paper_gap(const struct paper *p)
{
    str_add_c(p->out, '\n');
}
