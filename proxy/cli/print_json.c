#include "print_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "why401/observe/text.h"

/* A '#' stands in texts only, so what is true of the text is true of the JSON. */
void print_json(json_t *value)
{
    char *text = json_dumps(value, JSON_INDENT(2) | JSON_ENSURE_ASCII);
    struct span rest = span_of(text);
    size_t plain;
    while ((plain = before_command(rest)) < rest.len) {
        printf("%.*s\\u0023", SPAN_ARG(span_first(rest, plain)));
        rest = span_from(rest, plain + 1);
    }
    printf("%.*s\n", SPAN_ARG(rest));
    free(text);
    json_decref(value);
}
