/* LD_PRELOADed into why401: the system has no room for one process more. */
#include <errno.h>
#include <unistd.h>

__attribute__((visibility("default"))) pid_t fork(void)
{
    errno = EAGAIN;
    return -1;
}
