#include "say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 1024

/* One write for the whole line, so that lines of several threads never mix. */
static void write_line(char *line, size_t len)
{
    if (len >= LINE_SIZE - 1) {
        len = LINE_SIZE - 2;
    }
    line[len] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, len + 1);
    (void)ignored; /* there is nobody left to tell */
}

void say(const char *format, ...)
{
    char line[LINE_SIZE] = "why401: ";
    size_t len = strlen(line);
    va_list args;
    va_start(args, format);
    int more = vsnprintf(line + len, sizeof line - len, format, args);
    va_end(args);
    write_line(line, len + (more > 0 ? (size_t)more : 0));
}

int say_error(const struct err *err)
{
    bool before_start = err->code == ERR_USAGE || err->code == ERR_CONFIG ||
                        err->code == ERR_RULE || err->code == ERR_INPUT;
    say("%s", err->text);
    if (err_advice(err->code)[0]) {
        say("%s", err_advice(err->code));
    }
    return before_start ? ENDED_UNUSED : ENDED_BADLY;
}

static bool is_plain(const char *path)
{
    return path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "/._-+:@%,=")] == '\0';
}

const char *shell_word(const char *path, char *out, int size)
{
    int len = 0;
    if (path[0] && is_plain(path)) {
        snprintf(out, (size_t)size, "%s", path);
        return out;
    }
    out[len++] = '\'';
    for (const char *c = path; *c && len < size - 6; c++) {
        /* A quote ends the quoted part, stands for itself, and begins the next part. */
        len += snprintf(out + len, (size_t)(size - len), *c == '\'' ? "'\\''" : "%c", *c);
    }
    snprintf(out + len, (size_t)(size - len), "'");
    return out;
}
