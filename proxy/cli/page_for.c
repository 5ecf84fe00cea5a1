#include "page_for.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "paint.h"

#define PIPE_WIDTH  100 /* columns where there is no terminal */
#define WIDTH_LEAST 40
#define WIDTH_MOST  120 /* longer lines are hard to read */

struct render page_for(int fd)
{
    struct winsize size;
    struct render page = {.width = PIPE_WIDTH, .color = paint_for(fd)->reset[0] != '\0'};
    if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        page.width = size.ws_col < WIDTH_LEAST  ? WIDTH_LEAST
                     : size.ws_col > WIDTH_MOST ? WIDTH_MOST
                                                : size.ws_col;
    }
    return page;
}

struct rulepack *rules_of(const char *dir, struct err *err)
{
    struct rulepack *rules = rulepack_builtin(err);
    if (rules && dir && *dir && rulepack_add_dir(rules, dir, err) != 0) {
        rulepack_drop(rules);
        return NULL;
    }
    return rules;
}
