/* The variable of the specification comes first, then HOME, then the password database. */
#include "why401/base/home.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STRINGS_SIZE 4096 /* of an entry of the password database */

static const struct {
    const char *variable;
    const char *below; /* the user's home */
} places[] = {
    [HOME_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
    [HOME_DATA] = {"XDG_DATA_HOME", ".local/share"},
    [HOME_STATE] = {"XDG_STATE_HOME", ".local/state"},
};

/* An absolute path that the variable holds, or NULL. */
static const char *absolute(const char *variable)
{
    const char *value = getenv(variable);
    return value && value[0] == '/' ? value : NULL;
}

/* The user's home, in `strings`; NULL when nobody knows one. */
static const char *home_of_user(char strings[STRINGS_SIZE])
{
    struct passwd entry;
    struct passwd *found = NULL;
    const char *home = absolute("HOME");
    if (home) {
        return home;
    }
    int code = getpwuid_r(geteuid(), &entry, strings, STRINGS_SIZE, &found);
    return code == 0 && found && found->pw_dir[0] == '/' ? found->pw_dir : NULL;
}

bool home_path(enum home home, const char *name, char *path, size_t size)
{
    char strings[STRINGS_SIZE];
    const char *named = absolute(places[home].variable);
    const char *user = named ? NULL : home_of_user(strings);
    const char *slash = name[0] ? "/" : "";
    int len = -1;
    if (named) {
        len = snprintf(path, size, "%s/why401%s%s", named, slash, name);
    } else if (user) {
        len = snprintf(path, size, "%s/%s/why401%s%s", user, places[home].below, slash, name);
    }
    return len > 0 && (size_t)len < size;
}
