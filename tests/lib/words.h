/* Arrays of writable strings out of literals, as execve and environ have them. */
#ifndef TESTS_WORDS_H
#define TESTS_WORDS_H

#include "testing.h"

#define WORDS(...) words((const char *const[]){__VA_ARGS__, NULL})

/* A copy of the list; it lasts until the 10th call after this one. */
static inline char **words(const char *const *list)
{
    static char *arrays[10][20];
    static char texts[10][20][300];
    static unsigned calls;
    char **array = arrays[calls % 10];
    size_t count = 0;
    for (; list[count]; count++) {
        assert_true(count < 19 && strlen(list[count]) < 300);
        array[count] = strcpy(texts[calls % 10][count], list[count]);
    }
    array[count] = NULL;
    calls++;
    return array;
}

#endif
