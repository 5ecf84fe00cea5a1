#include "shortage.h"

#include <stdio.h>
#include <sys/resource.h>
#include <uv.h>

enum err_code shortage_code(int failure)
{
    switch (failure) {
    case UV_EMFILE:
    case UV_ENFILE:
        return ERR_DESCRIPTORS;
    case UV_ENOMEM:
    case UV_ENOBUFS:
        return ERR_MEMORY;
    default:
        return ERR_NONE;
    }
}

const char *shortage_reason(int failure, char text[SHORTAGE_TEXT_SIZE])
{
    struct rlimit limit;
    if (failure == UV_ENFILE) {
        return "the machine has as many open files as it may have (fs.file-max)";
    }
    if (failure != UV_EMFILE || getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return uv_strerror(failure);
    }
    snprintf(text, SHORTAGE_TEXT_SIZE,
             "this process has as many open files and connections as it may have, %llu "
             "(RLIMIT_NOFILE)",
             (unsigned long long)limit.rlim_cur);
    return text;
}
