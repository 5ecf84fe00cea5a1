/* A folder of a test's own for config files, and an environment that holds nothing of the
 * machine's. */
#ifndef TESTS_UNIT_CONFIG_FOLDER_H
#define TESTS_UNIT_CONFIG_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "why401/config/config.h"

static char folder[64];
static char config_path[96];

static const char *const variables[] = {
    "WHY401_ENV",     "WHY401_LISTEN", "WHY401_LOG_JSON", "WHY401_HAR",      "WHY401_UPSTREAM_CA",
    "WHY401_WORKERS", "WHY401_RULES",  "WHY401_CONFIG",   "XDG_CONFIG_HOME",
};

static inline int make_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        unsetenv(variables[i]);
    }
    strcpy(folder, "/tmp/why401-config-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(config_path, sizeof config_path, "%s/config.json", folder);
    setenv("HOME", folder, 1);
    return 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    remove(config_path);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

static inline void write_bytes(const char *path, struct span bytes)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
}

/* Loads the file of this content; NULL with *err. */
static inline struct config *load_bytes(struct span content, struct err *err)
{
    write_bytes(config_path, content);
    struct config_flags flags = {.config = config_path};
    return config_load(&flags, err);
}

/* Loads the file of this content, which must be right. */
static inline struct config *load(const char *content)
{
    struct err err = {0};
    struct config *c = load_bytes(span_of(content), &err);
    if (!c) {
        fail_msg("%s", err.text);
    }
    return c;
}

/* The file of this content must be refused with a text that holds its path and each of the two
 * parts. */
static inline void refuse(const char *content, const char *part, const char *other)
{
    struct err err = {0};
    struct config *c = load_bytes(span_of(content), &err);
    assert_null(c);
    if (err.code != ERR_CONFIG || !strstr(err.text, config_path) || !strstr(err.text, part) ||
        !strstr(err.text, other)) {
        fail_msg("%s\n  was refused with: %s\n  and not with: %s … %s", content, err.text, part,
                 other);
    }
}

#endif
