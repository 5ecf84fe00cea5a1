#include "why401/base/err.h"

#include <stdbool.h>
#include <stdio.h>

static const struct {
    int status;
    const char *name;
    const char *advice;
} errors[] = {
#define X(code, status, name, advice) [code] = {status, name, advice},
    ERR_LIST(X)
#undef X
};

/* Texts quote what came from files and peers: no control character gets through, also not those of
 * C1 (U+0080 to U+009F), so that a text is one line and tells a terminal nothing. */
static void make_plain(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++) {
        bool c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
        if (*c < ' ' || *c == 0x7f || c1) {
            *c = '?';
            c[c1] = '?';
        }
    }
}

int err_vset(struct err *err, enum err_code code, const char *format, va_list args)
{
    if (err) {
        err->code = code;
        vsnprintf(err->text, sizeof err->text, format, args);
        make_plain(err->text);
    }
    return -1;
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int rc = err_vset(err, code, format, args);
    va_end(args);
    return rc;
}

const char *err_advice(enum err_code code)
{
    return errors[code].advice;
}

const char *err_name(enum err_code code)
{
    return errors[code].name;
}

int err_status(enum err_code code)
{
    return errors[code].status;
}
