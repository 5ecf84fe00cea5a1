#include "mock_given.h"

#include "say.h"
#include "scenario_name.h"

/* The mock would refuse it too, but does not know what was meant. */
static int check_scenario(const char *name, struct err *err)
{
    struct rulepack *rules = rulepack_builtin(err);
    if (!rules) {
        return -1;
    }
    int rc = rulepack_named(rules, span_of(name)) ? 0 : scenario_not_named(rules, name, err);
    rulepack_drop(rules);
    return rc;
}

int mock_given(struct mock_options *options, const struct config *config, struct err *err)
{
    const struct mock_options *more = &config->mock;
    options->fixtures = options->fixtures ? options->fixtures : more->fixtures;
    options->replay = options->replay ? options->replay : more->replay;
    options->scenario = options->scenario ? options->scenario : more->scenario;
    return options->scenario ? check_scenario(options->scenario, err) : 0;
}

void mock_given_say(const struct mock_options *options, const struct mock *mock)
{
    struct mock_counts counts = mock_counts(mock);
    if (counts.fixtures) {
        say_beside("fixtures:    ", "%zu of %s", counts.fixtures, options->fixtures);
    }
    if (counts.recorded) {
        say_beside("replayed:    ", "%zu answers of %s", counts.recorded, options->replay);
    }
    if (counts.left_out) {
        say_beside(
            "left out:    ", "%zu entries without a response, or with a body that is not whole",
            counts.left_out);
    }
    if (options->scenario) {
        say_beside("scenario:    ", "%s, wherever a token is needed", options->scenario);
    }
}
