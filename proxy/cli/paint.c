#include "paint.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct paint plain = {"", "", "", "", "", ""};
static const struct paint colored = {"\x1b[0m",  "\x1b[1m",  "\x1b[2m",
                                     "\x1b[31m", "\x1b[32m", "\x1b[36m"};

const struct paint *paint_for(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool wanted = isatty(fd) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
    return wanted ? &colored : &plain;
}
