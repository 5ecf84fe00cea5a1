/* LD_PRELOADed into a running why401: one allocation fails when somebody outside says so. The file
 * of $FAILMALLOC has two 64-bit numbers, mapped: how many allocations until the one that fails (0:
 * none does), and how many have failed. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

struct control {
    _Atomic int64_t until;
    _Atomic int64_t failed;
};

static struct control *control;

__attribute__((constructor)) static void map_control(void)
{
    const char *path = getenv("FAILMALLOC");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        control = mapped == MAP_FAILED ? NULL : mapped;
    }
}

/* The program is over when main is: what runs after it may be the coverage's own, which crashes
 * without memory. */
static int (*program)(int argc, char **argv, char **env);

static int run_armed(int argc, char **argv, char **env)
{
    int code = program(argc, argv, env);
    if (control) {
        atomic_store(&control->until, 0);
    }
    return code;
}

typedef int (*start_main)(int (*main)(int, char **, char **), int argc, char **argv,
                          void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                          void *stack_end);

__attribute__((visibility("default"))) int
__libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
                  void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    start_main start = (start_main)dlsym(RTLD_NEXT, "__libc_start_main");
    program = main;
    return start(run_armed, argc, argv, init, fini, rtld_fini, stack_end);
}

static int fails(void)
{
    if (!control || atomic_load(&control->until) <= 0 ||
        atomic_fetch_sub(&control->until, 1) != 1) {
        return 0;
    }
    atomic_fetch_add(&control->failed, 1);
    errno = ENOMEM;
    return 1;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

__attribute__((visibility("default"))) void *realloc(void *memory, size_t size)
{
    return fails() ? NULL : __libc_realloc(memory, size);
}
