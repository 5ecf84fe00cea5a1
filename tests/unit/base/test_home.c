/* Where a user's files belong. */
#include "testing.h"
#include "why401/base/home.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

static char path[512];

static const char *place(enum home home, const char *name)
{
    assert_true(home_path(home, name, path, sizeof path));
    return path;
}

static void the_variable_comes_first(void **state)
{
    (void)state;
    setenv("HOME", "/home/x", 1);
    setenv("XDG_CONFIG_HOME", "/config", 1);
    setenv("XDG_DATA_HOME", "/data", 1);
    setenv("XDG_STATE_HOME", "/state", 1);
    assert_string_equal(place(HOME_CONFIG, "config.json"), "/config/why401/config.json");
    assert_string_equal(place(HOME_DATA, ""), "/data/why401");
    assert_string_equal(place(HOME_STATE, "ledger.db"), "/state/why401/ledger.db");
}

static void a_relative_one_is_ignored(void **state)
{
    (void)state;
    setenv("XDG_CONFIG_HOME", "config", 1);
    setenv("XDG_STATE_HOME", "", 1);
    unsetenv("XDG_DATA_HOME");
    assert_string_equal(place(HOME_CONFIG, "config.json"), "/home/x/.config/why401/config.json");
    assert_string_equal(place(HOME_DATA, ""), "/home/x/.local/share/why401");
    assert_string_equal(place(HOME_STATE, "a"), "/home/x/.local/state/why401/a");
}

static void without_home_the_password_database_knows(void **state)
{
    (void)state;
    const struct passwd *user = getpwuid(geteuid());
    char expected[512];
    assert_non_null(user);
    snprintf(expected, sizeof expected, "%s/.config/why401/config.json", user->pw_dir);
    setenv("HOME", "relative", 1);
    assert_string_equal(place(HOME_CONFIG, "config.json"), expected);
    unsetenv("HOME");
    assert_string_equal(place(HOME_CONFIG, "config.json"), expected);
    assert_false(home_path(HOME_CONFIG, "config.json", path, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_variable_comes_first),
        cmocka_unit_test(a_relative_one_is_ignored),
        cmocka_unit_test(without_home_the_password_database_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
