/* Fuzzing without libFuzzer: what every build and every CI job can do, with any compiler.
 *
 *   replay_NAME FILE…                     runs the target on the files, to reproduce a finding
 *   replay_NAME --mutate N SECONDS DIR…   runs it on every file of the folders, then on N inputs
 * made from them by a small mutator, or for so many seconds
 *
 * The mutator is seeded with a constant, so two runs try the same inputs. Inputs are tried in a
 * child process. Its memory with the current input is shared, so that whatever ends the child, be
 * it a sanitizer, a broken invariant or a minute without an end, the input is still there to be
 * kept. */
#include <dirent.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define INPUT_MOST 8192 /* bytes of a made input */
#define SEEDS_MOST 4096
#define INPUT_SLOW 60 /* seconds that no input may take */
#define CHANGES    6  /* at most, from a seed to an input */

struct seed {
    struct span bytes; /* owned */
    char *path;        /* owned */
};

/* Shared with the child. */
struct current {
    size_t len;
    char from[PATH_MAX]; /* the seed's path */
    char bytes[1u << 20];
};

static struct seed seeds[SEEDS_MOST];
static size_t seed_count;
static struct current *current;
static uint64_t random_state = 0x9e3779b97f4a7c15u;

static size_t random_below(size_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return n ? (size_t)(random_state % n) : 0;
}

static struct span read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    char *bytes = malloc(sizeof current->bytes);
    CHECK(bytes);
    size_t len = fread(bytes, 1, sizeof current->bytes, file);
    fclose(file);
    return span(bytes, len);
}

static void add_seed(const char *path)
{
    CHECK(seed_count < SEEDS_MOST);
    struct span whole = read_whole(path);
    seeds[seed_count].bytes = fuzz_exact(whole);
    seeds[seed_count++].path = strdup(path);
    fuzz_free(whole);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* In the order of their names, so that every machine does the same. A missing folder is an empty
 * one. */
static void add_folder(const char *folder)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        add_seed(path);
        free(names[i]);
    }
    free(names);
}

/* One small change of the current input. */
static void change(void)
{
    static const char *const words[] = {
        "\r\n", "\n",   "\r", "\0",  " ",    ":",    "0",    "9999999999", "\"",  "\\",   "%",
        "{",    "}",    "[",  "]",   ",",    "\xff", "=",    "&",          "\t",  "\\u0", "%25",
        "-1",   "\x80", "/",  "../", "\\\"", ";",    "null", "true",       "1e9", "@"};
    char *bytes = current->bytes;
    size_t at = random_below(current->len + 1);
    size_t left = current->len - at;
    size_t run = random_below(left < 32 ? left + 1 : 32);
    switch (random_below(7)) {
    case 0: /* flip a bit */
        if (left) {
            bytes[at] = (char)(bytes[at] ^ 1 << random_below(8));
        }
        return;
    case 1: /* any byte */
        if (left) {
            bytes[at] = (char)random_below(256);
        }
        return;
    case 2: /* take a run out */
        memmove(bytes + at, bytes + at + run, left - run);
        current->len -= run;
        return;
    case 3: /* double a run */
        if (current->len + run <= INPUT_MOST) {
            memmove(bytes + at + run, bytes + at, left);
            current->len += run;
        }
        return;
    case 4: { /* put in a word that means something to parsers */
        const char *word = words[random_below(sizeof words / sizeof *words)];
        size_t len = *word ? strlen(word) : 1;
        if (current->len + len <= INPUT_MOST) {
            memmove(bytes + at + len, bytes + at, left);
            memcpy(bytes + at, word, len);
            current->len += len;
        }
        return;
    }
    case 5: { /* go on as another seed does */
        struct span other = seeds[random_below(seed_count)].bytes;
        struct span tail = span_from(other, random_below(other.len + 1));
        tail = span_first(tail, at < INPUT_MOST ? INPUT_MOST - at : 0);
        memcpy(bytes + at, tail.ptr, tail.len);
        current->len = at + tail.len;
        return;
    }
    default: /* cut it off */
        current->len = at;
        return;
    }
}

static void try_current(void)
{
    struct span exact = fuzz_exact(span(current->bytes, current->len));
    alarm(INPUT_SLOW);
    LLVMFuzzerTestOneInput((const uint8_t *)exact.ptr, exact.len);
    alarm(0);
    fuzz_free(exact);
}

static void take_seed(const struct seed *seed, size_t most)
{
    current->len = seed->bytes.len < most ? seed->bytes.len : most;
    memcpy(current->bytes, seed->bytes.ptr, current->len);
    snprintf(current->from, sizeof current->from, "%s", seed->path);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The child's work. */
static void try_all(size_t inputs, double seconds)
{
    for (size_t i = 0; i < seed_count; i++) {
        take_seed(&seeds[i], sizeof current->bytes);
        try_current();
    }
    double start = now();
    size_t made = 0;
    while (made < inputs && seed_count && now() - start < seconds) {
        take_seed(&seeds[random_below(seed_count)], INPUT_MOST);
        for (size_t changes = 1 + random_below(CHANGES); changes; changes--) {
            change();
        }
        try_current();
        made++;
    }
    printf("%zu files, %zu made inputs, %.1f seconds\n", seed_count, made, now() - start);
}

static int report(const char *program, int status)
{
    const char *name = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "crash-%s", name);
    FILE *file = fopen(path, "wb");
    if (file) {
        fwrite(current->bytes, 1, current->len, file);
        fclose(file);
    }
    fprintf(stderr, "\n%s, by an input made from %s\n",
            WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "no end after 10 seconds"
                                                               : "the target failed",
            current->from);
    fprintf(stderr, "the input is kept; to see it again: %s %s/%s\n", program,
            getcwd((char[PATH_MAX]){0}, PATH_MAX), path);
    return 1;
}

static int mutate(const char *program, size_t inputs, double seconds)
{
    current =
        mmap(NULL, sizeof *current, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(current != MAP_FAILED);
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        try_all(inputs, seconds);
        exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : report(program, status);
}

int main(int argc, char **argv)
{
    int rc = 0;
    if (argc > 3 && strcmp(argv[1], "--mutate") == 0) {
        for (int i = 4; i < argc; i++) {
            add_folder(argv[i]);
        }
        rc = mutate(argv[0], strtoull(argv[2], NULL, 10), strtod(argv[3], NULL));
    } else {
        for (int i = 1; i < argc; i++) {
            add_seed(argv[i]);
            struct span bytes = seeds[seed_count - 1].bytes;
            LLVMFuzzerTestOneInput((const uint8_t *)bytes.ptr, bytes.len);
        }
    }
    for (size_t i = 0; i < seed_count; i++) {
        fuzz_free(seeds[i].bytes);
        free(seeds[i].path);
    }
    return rc;
}
