/* jansson's lexer does not notice when it cannot keep a byte of a long string (load.c, lex_save),
 * and later copies more than it has. If, however, the next allocation fails as well, it gives up in
 * good order. So its allocator is ours: while a text is read, nothing can be had any more once
 * something could not be had. That also tells a lack of memory from a syntax error, which jansson
 * does not. */
#include "why401/exchange/json_read.h"

#include <stdbool.h>
#include <stdlib.h>

static _Thread_local struct {
    bool reading; /* this thread is in the loader */
    bool out;     /* and an allocation failed there */
} now;

static void *allocate(size_t size)
{
    void *memory = now.reading && now.out ? NULL : malloc(size);
    now.out = now.out || !memory;
    return memory;
}

__attribute__((constructor)) static void set_allocator(void)
{
    json_set_alloc_funcs(allocate, free);
}

static void begin(void)
{
    now.reading = true;
    now.out = false;
}

/* Where memory ran out before the first byte, jansson has set no code, which it keeps in the last
 * byte of the text. */
static json_t *end(json_t *value, json_error_t *error)
{
    now.reading = false;
    if (!value && now.out && error) {
        error->text[0] = '\0';
        error->text[sizeof error->text - 1] = (char)json_error_out_of_memory;
    }
    return value;
}

json_t *json_read(struct span text, size_t flags, json_error_t *error)
{
    begin();
    return end(json_loadb(text.ptr ? text.ptr : "", text.len, flags, error), error);
}
