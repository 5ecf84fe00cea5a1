#include "fold.h"

#include <stdint.h>
#include <unistd.h>

#include "why401/observe/columns.h"
#include "why401/observe/text.h"

#define TEXT_MOST 16384 /* bytes of one text */

size_t fold_width(int fd)
{
    return isatty(fd) ? page_columns(fd) : SIZE_MAX;
}

/* How much at the start of text stays in one line: the spaces before a word, and the word. */
static size_t piece(struct span text)
{
    size_t len = 0;
    while (len < text.len && strchr(" (", text.ptr[len])) {
        len++;
    }
    if (len < text.len && text.ptr[len] == '\'') {
        ptrdiff_t quoted = span_find(span_from(text, len + 1), SPAN("'"));
        len += quoted < 0 ? 1 : (size_t)quoted + 1;
    }
    while (len < text.len && text.ptr[len] != ' ') {
        len++;
    }
    return len;
}

void fold(struct str *out, struct span text, size_t column, size_t width)
{
    size_t used = column;
    while (text.len) {
        struct span next = span_first(text, piece(text));
        text = span_from(text, next.len);
        if (used > column && used + text_columns(next) > width) {
            next = span_trim(next);
            if (next.len == 0) {
                return;
            }
            str_addf(out, "\n%*s", (int)column, "");
            used = column;
        }
        str_add(out, next);
        used += text_columns(next);
    }
}

void fold_print(FILE *to, size_t column, const char *format, ...)
{
    struct str text;
    struct str safe;
    struct str folded;
    va_list args;
    str_init(&text, TEXT_MOST);
    str_init(&safe, 4UL * TEXT_MOST);
    str_init(&folded, 8UL * TEXT_MOST);
    va_start(args, format);
    str_vaddf(&text, format, args);
    va_end(args);
    text_escape(&safe, str_span(&text), TEXT_MOST);
    fold(&folded, str_span(&safe), column, fold_width(fileno(to)));
    (void)fprintf(to, "%s\n", str_cstr(&folded)); /* printed_all sees what went wrong */
    str_release(&text);
    str_release(&safe);
    str_release(&folded);
}
