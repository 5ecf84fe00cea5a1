#include "fault.h"

#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <uv.h>

#define MOST 400000 /* allocations of one scenario; more is a scenario without an end */

static struct {
    atomic_bool on;
    atomic_uint seen; /* allocations since fault_begin */
    unsigned nth;     /* the one that fails; 0: none */
    bool onwards;     /* and all that follow */
    atomic_uint failed;
} plan;

/* Whether the allocation that is being asked for fails. */
static bool fails(void)
{
    if (!atomic_load(&plan.on) || plan.nth == 0) {
        return false;
    }
    unsigned n = atomic_fetch_add(&plan.seen, 1) + 1;
    bool failing = n == plan.nth || (plan.onwards && n > plan.nth);
    if (failing) {
        atomic_fetch_add(&plan.failed, 1);
    }
    return failing;
}

void fault_begin(void)
{
    atomic_store(&plan.seen, 0);
    atomic_store(&plan.failed, 0);
    atomic_store(&plan.on, true);
}

bool fault_end(void)
{
    atomic_store(&plan.on, false);
    return atomic_load(&plan.failed) > 0;
}

static unsigned run_all(void (*scenario)(void), unsigned each, bool onwards)
{
    unsigned runs = 0;
    plan.onwards = onwards;
    for (plan.nth = 1; plan.nth < MOST; plan.nth += plan.nth < each ? 1 : 1 + plan.nth / 32) {
        runs++;
        scenario();
        if (atomic_load(&plan.failed) == 0) {
            return runs;
        }
    }
    fail_msg("no end after %u allocations", plan.nth);
    return runs;
}

void fault_every(void (*scenario)(void), unsigned each)
{
    plan.nth = 0;
    scenario(); /* what is made once in a process is made now */
    unsigned alone = run_all(scenario, each, false);
    unsigned onwards = run_all(scenario, each, true);
    plan.nth = 0;
    scenario(); /* nothing has been left in a state that does not work */
    print_message("%u runs with one allocation failing, %u with all from it on\n", alone, onwards);
}

/* --- what the linker puts in the place of the C library's --- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t most);
int __real_vasprintf(char **out, const char *format, va_list args);
/* Visible to others, because libraries that were built with a sanitizer ask for its malloc by a
 * name that the linker takes for this one. */
#pragma GCC visibility push(default)
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);
int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
#pragma GCC visibility pop

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t most)
{
    return fails() ? NULL : __real_strndup(text, most);
}

int __wrap_asprintf(char **out, const char *format, ...)
{
    va_list args;
    *out = NULL;
    if (fails()) {
        return -1;
    }
    va_start(args, format);
    int len = vasprintf(out, format, args);
    va_end(args);
    return len;
}

/* --- what the libraries are given --- */

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return malloc(size);
}

static void *openssl_realloc(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return realloc(memory, size);
}

static void openssl_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

/* SQLite wants to know how large a piece of memory is: the size stands in front of it. */
#define SIZE_ROOM 16

static void *sqlite_malloc(int size)
{
    char *memory = malloc((size_t)size + SIZE_ROOM);
    if (!memory) {
        return NULL;
    }
    memcpy(memory, &size, sizeof size);
    return memory + SIZE_ROOM;
}

static void sqlite_free(void *memory)
{
    free((char *)memory - SIZE_ROOM);
}

static void *sqlite_realloc(void *memory, int size)
{
    char *grown = realloc((char *)memory - SIZE_ROOM, (size_t)size + SIZE_ROOM);
    if (!grown) {
        return NULL;
    }
    memcpy(grown, &size, sizeof size);
    return grown + SIZE_ROOM;
}

static int sqlite_size(void *memory)
{
    int size;
    memcpy(&size, (char *)memory - SIZE_ROOM, sizeof size);
    return size;
}

static int sqlite_round(int size)
{
    return (size + 7) / 8 * 8;
}

static int sqlite_init(void *data)
{
    (void)data;
    return SQLITE_OK;
}

static void sqlite_shutdown(void *data)
{
    (void)data;
}

__attribute__((constructor)) static void give_allocators(void)
{
    static sqlite3_mem_methods methods = {sqlite_malloc, sqlite_free, sqlite_realloc,  sqlite_size,
                                          sqlite_round,  sqlite_init, sqlite_shutdown, NULL};
    if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1 ||
        sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK ||
        uv_replace_allocator(malloc, realloc, calloc, free) != 0) {
        abort();
    }
}
