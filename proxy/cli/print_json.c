#include "print_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "why401/base/span.h"

/* A '#' stands in texts only, so what is true of the text is true of the JSON. */
void print_json(json_t *value)
{
    char *text = json_dumps(value, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    struct span rest = span_of(text);
    ptrdiff_t at;
    while ((at = span_find(rest, SPAN("##["))) >= 0) {
        printf("%.*s#\\u0023", SPAN_ARG(span_first(rest, (size_t)at)));
        rest = span_from(rest, (size_t)at + 2);
    }
    printf("%.*s\n", SPAN_ARG(rest));
    free(text);
    json_decref(value);
}
