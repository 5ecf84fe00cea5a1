#include "fault.h"

#include <stdio.h>

#include "why401/observe/redact.h"
#include "why401/observe/text.h"

const char *fault_words(json_error_t *error)
{
    struct str redacted;
    struct str words;
    str_init(&redacted, sizeof error->text * 11);
    str_init(&words, sizeof error->text * 16);
    redact_text(&redacted, span_of(error->text));
    text_escape(&words, str_span(&redacted), sizeof error->text - 8);
    snprintf(error->text, sizeof error->text, "%s", str_cstr(&words));
    str_release(&redacted);
    str_release(&words);
    return error->text;
}
