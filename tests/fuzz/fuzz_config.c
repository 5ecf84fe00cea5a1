/* The config file: it is loaded, or refused with one line that names the file and says where in it
 * and what is expected. What is loaded keeps the promises of its struct, and nothing that looks
 * like a secret or a control character gets into the error.
 *
 * Input: the file. */
#include <unistd.h>

#include "fuzz.h"
#include "why401/config/config.h"

#define TOKEN "v2x1111111111111111"

static char path[64];

static void remove_file(void)
{
    unlink(path);
}

/* One file for all inputs, and an environment that says nothing. */
static void set_up(void)
{
    static const char *const variables[] = {
        "WHY401_ENV",     "WHY401_LISTEN", "WHY401_LOG_JSON", "WHY401_UPSTREAM_CA",
        "WHY401_WORKERS", "WHY401_RULES",  "WHY401_CONFIG",   "WHY401_LEDGER"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        unsetenv(variables[i]);
    }
    snprintf(path, sizeof path, "/tmp/why401-fuzz-config-%ld.json", (long)getpid());
    atexit(remove_file);
}

static void write_file(struct span bytes)
{
    FILE *file = fopen(path, "wb");
    CHECK(file);
    CHECK(bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len);
    CHECK(fclose(file) == 0);
}

static void check_refusal(const struct err *err)
{
    CHECK(err->code == ERR_CONFIG);
    CHECK(strlen(err->text) < ERR_TEXT_SIZE && strstr(err->text, path));
    for (const char *c = err->text; *c; c++) {
        CHECK((unsigned char)*c >= ' ' && *c != 0x7f);
    }
    CHECK(!strstr(err->text, TOKEN));
}

static void check_config(const struct config *c)
{
    CHECK(strcmp(c->file, path) == 0);
    CHECK(c->listen_host && c->listen_host[0]);
    CHECK(c->workers >= 1 && c->workers <= CONFIG_WORKERS_MOST);
    CHECK(c->upstream.host && c->upstream.host[0] && c->upstream.port && c->upstream.authority);
    CHECK(c->limits.request_head_bytes > 0 && c->limits.header_fields > 0);
    CHECK(c->limits.header_fields <= HTTP_FIELDS_MOST);
    CHECK(c->timeouts.request_head_ms > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct config_flags flags = {0};
    struct err err = {0};
    if (!path[0]) {
        set_up();
    }
    write_file(fuzz_span(bytes, size));
    flags.config = path;
    struct config *c = config_load(&flags, &err);
    if (c) {
        check_config(c);
        config_drop(c);
    } else {
        check_refusal(&err);
    }
    return 0;
}
