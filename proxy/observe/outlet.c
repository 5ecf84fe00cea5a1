/* Writing whole lines. The happy path is one write(2) for all the lines of a batch. When a write
 * fails, the lines that have not been written whole are dropped and counted; a line that was torn
 * apart is ended by a line feed as soon as writing works again, so that it spoils no other. */
#include "outlet.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

void outlet_init(struct outlet *o, int fd)
{
    *o = (struct outlet){.fd = fd};
    str_init(&o->text, OUTLET_MOST);
}

void outlet_release(struct outlet *o)
{
    str_release(&o->text);
}

/* Writes all of s or sets *error. Returns how many bytes were written. */
static size_t write_all(int fd, struct span s, int *error)
{
    size_t done = 0;
    *error = 0;
    while (done < s.len && *error == 0) {
        ssize_t n = write(fd, s.ptr + done, s.len - done);
        if (n > 0) {
            done += (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            /* Standard output may be non-blocking because somebody else has made it so. */
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        } else if (n == 0 || errno != EINTR) {
            *error = n == 0 ? EIO : errno;
        }
    }
    return done;
}

static uint64_t count_lines(struct span s)
{
    uint64_t lines = 0;
    struct span line;
    while (span_cut(&s, '\n', &line)) {
        lines++;
    }
    return lines ? lines - 1 : 0;
}

uint64_t outlet_flush(struct outlet *o)
{
    struct span text = str_span(&o->text);
    if (text.len == 0 || o->fd < 0) {
        str_clear(&o->text);
        return 0;
    }
    size_t done = 0;
    if (o->torn && write_all(o->fd, SPAN("\n"), &o->error) == 1) {
        o->torn = false;
    }
    if (!o->torn) {
        done = write_all(o->fd, text, &o->error);
    }
    if (done > 0) {
        o->torn = text.ptr[done - 1] != '\n';
    }
    uint64_t lost = count_lines(text) - count_lines(span_first(text, done));
    str_clear(&o->text);
    return lost;
}
