#include "page.h"

#include <sys/ioctl.h>

#include "utf8.h"
#include "why401/observe/text.h"

#define TEXT_SHOWN  2048 /* bytes of one paragraph */
#define PIPE_WIDTH  100  /* columns where there is no terminal */
#define WIDTH_LEAST 30
#define WIDTH_MOST  120 /* longer lines are hard to read */
#define LEAST_ROOM  20  /* columns that text gets on the narrowest page */
#define MARK_ROOM   3   /* columns of "1." and the gap behind it */
#define UNDER_LABEL 2   /* columns by which text under its label is indented */

const struct palette palette_plain = {"", "", "", "", "", "", ""};
const struct palette palette_color = {"\x1b[0m",  "\x1b[1m",  "\x1b[2m", "\x1b[31m",
                                      "\x1b[33m", "\x1b[32m", "\x1b[36m"};

void page_init(struct page *p, struct str *out)
{
    *p = (struct page){.out = out, .palette = &palette_plain, .width = PIPE_WIDTH, .bar = ""};
    str_init(&p->line, 4UL * TEXT_SHOWN);
}

void page_release(struct page *p)
{
    str_release(&p->line);
}

static void add(struct page *p, const char *text)
{
    str_add(p->out, span_of(text));
}

static void spaces(struct page *p, size_t count)
{
    static const struct span some = {"                ", 16};
    for (; count > some.len; count -= some.len) {
        str_add(p->out, some);
    }
    str_add(p->out, span_first(some, count));
}

static void bar(struct page *p)
{
    add(p, "  ");
    add(p, p->bar);
    add(p, "│");
    add(p, p->palette->reset);
}

void page_gap(struct page *p)
{
    bar(p);
    add(p, "\n");
}

/* How many bytes at the start of s are ASCII, each of which has a column. */
static size_t ascii_run(struct span s)
{
    size_t len = 0;
    uint64_t eight;
    for (; len + sizeof eight <= s.len; len += sizeof eight) {
        memcpy(&eight, s.ptr + len, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080)) {
            break;
        }
    }
    while (len < s.len && !(s.ptr[len] & 0x80)) {
        len++;
    }
    return len;
}

/* Length and columns of the character at the start of s. */
static size_t next_char(struct span s, size_t *columns)
{
    uint32_t code = 0;
    size_t len = utf8_read(s, &code);
    *columns = len ? utf8_columns(code) : 1;
    return len ? len : 1;
}

size_t text_columns(struct span text)
{
    size_t at = ascii_run(text);
    size_t sum = at;
    size_t columns;
    for (; at < text.len; sum += columns) {
        at += next_char(span_from(text, at), &columns);
    }
    return sum;
}

size_t page_columns(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return PIPE_WIDTH;
    }
    return size.ws_col < WIDTH_LEAST  ? WIDTH_LEAST
           : size.ws_col > WIDTH_MOST ? WIDTH_MOST
                                      : size.ws_col;
}

/* fit() for ASCII: s is more than what fits. */
static size_t fit_ascii(struct span s, size_t room)
{
    const char *space = s.len > room ? memrchr(s.ptr, ' ', room + 1) : NULL;
    return space && space > s.ptr ? (size_t)(space - s.ptr) : room;
}

/* How much of s fits into `room` columns: up to a space, or amid a word that is longer than a line.
 */
static size_t fit(struct span s, size_t room)
{
    size_t plain = ascii_run(span_first(s, room + 1));
    if (plain > room) {
        return fit_ascii(s, room);
    }
    size_t used = 0;
    size_t at = 0;
    size_t space = 0;
    if (plain == s.len) {
        return plain;
    }
    while (at < s.len) {
        size_t columns;
        size_t len = next_char(span_from(s, at), &columns);
        if (s.ptr[at] == ' ') {
            space = at;
        }
        if (used + columns > room) {
            return space ? space : at ? at : len;
        }
        used += columns;
        at += len;
    }
    return at;
}

/* Writes `text` from the current column on, which is `column`; further lines begin there too. */
static void wrap(struct page *p, const char *color, struct span text, size_t column)
{
    size_t room = p->width > column + LEAST_ROOM ? p->width - column : LEAST_ROOM;
    str_clear(&p->line);
    text_escape(&p->line, text, TEXT_SHOWN);
    struct span rest = str_span(&p->line);
    do {
        size_t len = fit(rest, room);
        add(p, color);
        str_add(p->out, span_first(rest, len));
        add(p, *color ? p->palette->reset : "");
        add(p, "\n");
        rest = span_from(rest, len);
        while (rest.len && rest.ptr[0] == ' ') {
            rest = span_from(rest, 1);
        }
        if (rest.len) {
            bar(p);
            spaces(p, column - PAGE_INDENT + 1);
        }
    } while (rest.len);
}

void page_paragraph(struct page *p, const char *color, struct span text)
{
    bar(p);
    add(p, " ");
    wrap(p, color, text, PAGE_INDENT);
}

/* Returns the column in which the text begins that belongs to the label. */
static size_t add_label(struct page *p, const char *label)
{
    size_t columns = text_columns(span_of(label));
    bool beside = p->width >= PAGE_INDENT + PAGE_LABEL + MARK_ROOM + LEAST_ROOM;
    bar(p);
    add(p, " ");
    add(p, p->palette->dim);
    add(p, label);
    add(p, p->palette->reset);
    if (beside) {
        spaces(p, columns < PAGE_LABEL ? PAGE_LABEL - columns : 1);
        return PAGE_INDENT + PAGE_LABEL;
    }
    if (columns) {
        add(p, "\n");
        bar(p);
        add(p, " ");
    }
    spaces(p, UNDER_LABEL);
    return PAGE_INDENT + UNDER_LABEL;
}

void page_entry(struct page *p, const char *label, const char *mark, struct span text)
{
    size_t column = add_label(p, label);
    if (*mark) {
        add(p, mark);
        add(p, " ");
        column += text_columns(span_of(mark)) + 1;
    }
    wrap(p, "", text, column);
}
