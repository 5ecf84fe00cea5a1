/* Landlock limits the files, a filter of system calls the rest. Both last until the process ends.
 *
 * What is named is what a running proxy opens: the C library reads settings and loads modules
 * whenever a name is looked up, OpenSSL its roots, a reload config and rules, the observer its
 * logs. A folder is granted where a file in it may be replaced by another of the same name, because
 * the kernel knows files and not names. */
#include "confine.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine_calls.h"
#include "say.h"
#include "why401/tls/context.h"

#ifdef WHY401_CONFINE
#define CONFINING true
#else
#define CONFINING false /* a build that is watched from inside (proxy/hardening.cmake) */
#endif

/* linux/landlock.h, which some C libraries' headers do not have yet. */
#define SYS_CREATE_RULESET 444
#define SYS_ADD_RULE       445
#define SYS_RESTRICT_SELF  446
#define ASK_VERSION        1u
#define RULE_PATH_BENEATH  1
#define EXECUTE            (1ull << 0)
#define WRITE_FILE         (1ull << 1)
#define READ_FILE          (1ull << 2)
#define READ_DIR           (1ull << 3)
#define REMOVE_FILE        (1ull << 5)
#define MAKE_REG           (1ull << 8)
#define FIRST_VERSION      ((1ull << 13) - 1)
#define REFER              (1ull << 13) /* from version 2 */
#define TRUNCATE           (1ull << 14) /* from version 3 */
#define SCOPE_SIGNAL       (1ull << 1)  /* from version 6 */

#define READING (READ_FILE | READ_DIR)
#define WRITING (READING | WRITE_FILE | REMOVE_FILE | MAKE_REG | TRUNCATE)
#define OF_FILE (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE)

struct ruleset {
    uint64_t files;
    uint64_t net;
    uint64_t scoped;
};

struct path_rule {
    uint64_t allowed;
    int32_t beneath;
} __attribute__((packed));

/* What the C library reads whenever it likes. */
static const char *const always[] = {
    "/etc",
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/snap",
    "/nix/store",
    "/gnu/store",
    "/run/systemd",
    "/run/nscd",
    "/run/resolvconf",
    "/run/NetworkManager",
    "/var/lib/sss",
    "/var/run/nscd",
    "/sys/devices/system",
    "/dev/null",
    "/dev/urandom",
};

static uint64_t handled(int abi)
{
    return FIRST_VERSION | (abi >= 2 ? REFER : 0) | (abi >= 3 ? TRUNCATE : 0);
}

static void allow(struct confine *c, const char *path, uint64_t access)
{
    struct stat st;
    struct path_rule rule = {.beneath =
                                 path && c->rules >= 0 ? open(path, O_PATH | O_CLOEXEC) : -1};
    if (rule.beneath < 0) {
        return;
    }
    if (fstat(rule.beneath, &st) == 0) {
        rule.allowed = access & handled(c->abi) & (S_ISDIR(st.st_mode) ? access : OF_FILE);
        syscall(SYS_ADD_RULE, c->rules, RULE_PATH_BENEATH, &rule, 0);
    }
    close(rule.beneath);
}

static void allow_beside(struct confine *c, const char *path, uint64_t access)
{
    char copy[PATH_MAX];
    if (path && strlen(path) < sizeof copy) {
        strcpy(copy, path);
        allow(c, dirname(copy), access);
    }
}

/* A name in /etc may be a link to where another program keeps the file up to date. */
static void allow_target(struct confine *c, const char *link)
{
    char real[PATH_MAX];
    if (realpath(link, real)) {
        allow_beside(c, real, READING);
    }
}

static void allow_roots(void *ctx, const char *path)
{
    allow(ctx, path, READING);
}

void confine_begin(struct confine *c)
{
    struct ruleset set = {0};
    c->rules = -1;
    c->abi = CONFINING ? (int)syscall(SYS_CREATE_RULESET, NULL, 0, ASK_VERSION) : 0;
    if (c->abi < 1) {
        return;
    }
    set.files = handled(c->abi);
    set.scoped = c->abi >= 6 ? SCOPE_SIGNAL : 0;
    size_t size = c->abi >= 6 ? sizeof set : sizeof set.files;
    c->rules = (int)syscall(SYS_CREATE_RULESET, &set, size, 0);
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        allow(c, always[i], READING);
    }
    allow_target(c, "/etc/resolv.conf");
    allow_target(c, "/etc/hosts");
    allow_target(c, "/etc/nsswitch.conf");
    allow_target(c, "/etc/localtime");
    tls_root_places(allow_roots, c);
}

void confine_read(struct confine *c, const char *path)
{
    allow(c, path, READING);
}

void confine_read_beside(struct confine *c, const char *path)
{
    allow_beside(c, path, READING);
}

void confine_write_beside(struct confine *c, const char *path)
{
    allow_beside(c, path, WRITING);
}

struct confined confine_programs(void)
{
    struct confined in_force = {0};
    /* No command is to get its own back, so not even this process can switch cores on again. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    in_force.no_new_privileges = CONFINING && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    in_force.no_exec = in_force.no_new_privileges && confine_calls();
    return in_force;
}

struct confined confine_enter(struct confine *c)
{
    struct confined in_force = confine_programs();
    if (c->rules >= 0) {
        in_force.files = in_force.no_new_privileges && syscall(SYS_RESTRICT_SELF, c->rules, 0) == 0;
        close(c->rules);
        c->rules = -1;
    }
    return in_force;
}

void confined_say(struct confined in_force)
{
    if (!in_force.no_new_privileges) {
        say("not confined: this build or this system cannot");
        return;
    }
    say("confined: no new privileges%s%s", in_force.no_exec ? ", no programs" : "",
        in_force.files ? ", files limited by Landlock" : "");
}
