#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fold.h"
#include "why401/observe/columns.h"
#include "why401/observe/redact.h"
#include "why401/observe/text.h"

#define LINE_SIZE  1024
#define NAME       "why401: "
#define TEXT_LEAST 20 /* columns that text gets beside its label, or it stands below */
#define BELOW      10 /* column of text below its label */
#define COMMAND    2  /* and of what is to be copied: early, so that most of it fits */

enum kind { PROSE, TO_COPY };

/* One write for the whole message, so that those of several threads never mix. */
static void write_line(struct str *line)
{
    str_add_c(line, '\n');
    ssize_t ignored = write(STDERR_FILENO, line->ptr, line->len);
    (void)ignored; /* there is nobody left to tell */
}

/* The label and the text beside it, or below where there is too little room. */
static void add(struct str *line, const char *label, struct span text, enum kind kind)
{
    size_t width = fold_width(STDERR_FILENO);
    str_add(line, SPAN(NAME));
    fold(line, span_of(label), sizeof NAME - 1, width);
    size_t column = text_columns(str_span(line));
    size_t below = kind == TO_COPY ? COMMAND : BELOW;
    size_t least = kind == TO_COPY ? text_columns(text) : TEXT_LEAST;
    if (column > below && column + least > width) {
        line->len = span_trim(str_span(line)).len;
        str_addf(line, "\n%*s", (int)below, "");
        column = below;
    }
    fold(line, text, column, kind == TO_COPY ? SIZE_MAX : width);
}

/* Secrets are left away. Where there is no memory for that, the text is kept back. */
static void say_line(const char *label, enum kind kind, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void say_line(const char *label, enum kind kind, const char *format, va_list args)
{
    char text[LINE_SIZE];
    struct str redacted;
    struct str safe;
    struct str line;
    str_init(&redacted, 8UL * LINE_SIZE);
    str_init(&safe, 2UL * LINE_SIZE);
    str_init(&line, 16UL * LINE_SIZE);
    vsnprintf(text, sizeof text, format, args);
    redact_text(&redacted, span_of(text));
    text_escape(&safe, redacted.failed ? SPAN("no memory") : str_span(&redacted), LINE_SIZE);
    add(&line, label, str_span(&safe), kind);
    if (line.ptr) {
        write_line(&line);
    }
    str_release(&redacted);
    str_release(&safe);
    str_release(&line);
}

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_line("", PROSE, format, args);
    va_end(args);
}

void say_beside(const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_line(label, PROSE, format, args);
    va_end(args);
}

void say_to_copy(const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_line(label, TO_COPY, format, args);
    va_end(args);
}

int say_error(const struct err *err)
{
    bool before_start = err->code == ERR_USAGE || err->code == ERR_CONFIG ||
                        err->code == ERR_FILE || err->code == ERR_RULE || err->code == ERR_INPUT;
    say("%s", err->text);
    if (err_advice(err->code)[0]) {
        say("%s", err_advice(err->code));
    }
    return before_start ? ENDED_UNUSED : ENDED_BADLY;
}

bool printed_all(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return true;
    }
    /* A write that failed before this one has left its errno. */
    say("standard output could not be written: %s", strerror(errno));
    return false;
}

int print_whole(const char *text)
{
    (void)fputs(text, stdout); /* printed_all sees what went wrong */
    return printed_all() ? ENDED_WELL : ENDED_BADLY;
}

int print_add(const struct str *text, struct err *err)
{
    if (text->failed) {
        return err_set(err, ERR_MEMORY, "no memory for what is to be printed");
    }
    if (text->len) {
        (void)fwrite(text->ptr, 1, text->len, stdout); /* printed_all sees what went wrong */
    }
    return 0;
}

int print_built(const struct str *text)
{
    struct err err;
    if (print_add(text, &err) != 0) {
        return say_error(&err);
    }
    return printed_all() ? ENDED_WELL : ENDED_BADLY;
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
