/* why401 report: one failing exchange, kept by the ledger, as the Markdown that BitGo support
 * wants. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "ledger_file.h"
#include "options.h"
#include "say.h"
#include "why401/offline/report.h"

#define LINE_MOST   (1u << 20)
#define REPORT_MOST (1u << 20)

struct wish {
    struct config_flags flags;
    const char *out; /* NULL: standard output */
    bool last;
    uint64_t id; /* 0: the last one */
};

/* A new file that only this user may read; one that is there already is not touched. */
static int write_new(const char *path, struct span text, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        return err_set(err, ERR_SYSTEM,
                       "%s is there already, and report replaces nothing; name another file with "
                       "--out, or move that one away",
                       path);
    }
    if (fd < 0) {
        return err_set(err, ERR_OUTPUT, "cannot make %s: %s", path, strerror(errno));
    }
    ssize_t written = write(fd, text.ptr, text.len);
    int error = written < 0 ? errno : ENOSPC;
    bool whole = written == (ssize_t)text.len && fsync(fd) == 0;
    if (close(fd) != 0 || !whole) {
        unlink(path);
        return err_set(err, ERR_OUTPUT, "cannot write %s: %s", path, strerror(error));
    }
    return 0;
}

static int give(const struct wish *wish, const struct str *text, struct err *err)
{
    return wish->out ? write_new(wish->out, str_span(text), err) : print_add(text, err);
}

static int report(const struct wish *wish, struct ledger *ledger, struct err *err)
{
    struct str line;
    struct str text;
    char fingerprint[FINGERPRINT_SIZE];
    str_init(&line, LINE_MOST);
    str_init(&text, REPORT_MOST);
    int rc;
    if (!ledger_kept(ledger, wish->id, &line)) {
        rc = wish->id
                 ? err_set(err, ERR_USAGE, "the ledger keeps no failing exchange with the id %llu",
                           (unsigned long long)wish->id)
                 : err_set(err, ERR_USAGE, "the ledger keeps no failing exchange yet");
    } else {
        struct passports *known = ledger_passports(ledger);
        report_fingerprint(str_span(&line), fingerprint);
        rc = report_write(&text, str_span(&line), passports_find(known, fingerprint), err);
        passports_drop(known);
    }
    rc = rc == 0 ? give(wish, &text, err) : rc;
    str_release(&line);
    str_release(&text);
    return rc;
}

static int run(const struct wish *wish)
{
    struct err err;
    struct config *config = config_load(&wish->flags, &err);
    struct ledger *ledger = config ? ledger_file_read(config, &err) : NULL;
    config_drop(config);
    int rc = ledger ? report(wish, ledger, &err) : -1;
    ledger_close(ledger);
    if (rc != 0) {
        return say_error(&err);
    }
    if (wish->out) {
        say("written to %s, for your eyes only; read it before you send it", wish->out);
    }
    return printed_all() ? ENDED_WELL : ENDED_BADLY;
}

/* The id as the JSON log has it. */
static int read_id(struct wish *wish, const char *text, struct err *err)
{
    if (text && (!span_u64(span_of(text), &wish->id) || wish->id == 0)) {
        return err_set(err, ERR_USAGE,
                       "report: found \"%.40s\", expected the id of an exchange, as the JSON log "
                       "has it",
                       text);
    }
    return 0;
}

int command_report(int argc, char **argv)
{
    struct wish wish = {0};
    struct err err;
    const char *id = NULL;
    const struct option_row rows[] = {
        {"EXCHANGE", "EXCHANGE", &id, NULL},
        {"--last", NULL, NULL, &wish.last},
        {"--out", "FILE", &wish.out, NULL},
        {"--ledger", "FILE", &wish.flags.ledger, NULL},
        {"--config", "FILE", &wish.flags.config, NULL},
    };
    switch (options_read("report", rows, sizeof rows / sizeof rows[0], argc, argv, &err)) {
    case OPTIONS_HELP:
        return print_whole(help_report);
    case OPTIONS_BAD:
        return say_error(&err);
    case OPTIONS_READ:
        break;
    }
    if (read_id(&wish, id, &err) != 0) {
        return say_error(&err);
    }
    if (wish.last == (wish.id != 0)) {
        err_set(&err, ERR_USAGE, "report needs the id of an exchange, or --last, and not both");
        return say_error(&err);
    }
    return run(&wish);
}
