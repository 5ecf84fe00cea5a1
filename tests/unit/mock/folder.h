/* A folder of a test's own, with files that a mock is given. */
#ifndef TESTS_MOCK_FOLDER_H
#define TESTS_MOCK_FOLDER_H

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "testing.h"
#include "why401/base/span.h"

static char folder[64];

static inline int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/why401-mock-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return 0;
}

static inline const char *in_folder(const char *name)
{
    static char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline int remove_folder(void **state)
{
    (void)state;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        unlink(in_folder(entry->d_name)); /* fails for "." and ".." */
    }
    closedir(dir);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

static inline void write_file(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

#endif
