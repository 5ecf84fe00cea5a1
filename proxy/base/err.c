#include "why401/base/err.h"

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

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        err->code = code;
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
    }
    return -1;
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
