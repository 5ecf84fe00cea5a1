/* Where the files of a user belong: the XDG Base Directory Specification. */
#ifndef WHY401_BASE_HOME_H
#define WHY401_BASE_HOME_H

#include <stdbool.h>
#include <stddef.h>

enum home {
    HOME_CONFIG, /* $XDG_CONFIG_HOME/why401, or ~/.config/why401 */
    HOME_DATA,   /* $XDG_DATA_HOME/why401, or ~/.local/share/why401 */
    HOME_STATE,  /* $XDG_STATE_HOME/why401, or ~/.local/state/why401 */
};

/* Writes the path of `name` in that folder, or with "" of the folder itself. A variable that holds
 * a relative path is to be ignored, says the specification. ~ is HOME, or where that is not set, as
 * under some init systems, the home that the password database has of the user. False when there is
 * none, or when the path is longer than `size` allows. */
bool home_path(enum home home, const char *name, char *path, size_t size);

#endif
