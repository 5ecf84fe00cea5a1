/* What a mock is given on a command line and in the config, for every command that starts one. */
#ifndef WHY401_CLI_MOCK_GIVEN_H
#define WHY401_CLI_MOCK_GIVEN_H

#include "why401/config/config.h"

/* Fills what the flags left NULL with what the config says; the texts belong to the config then. 0,
 * or -1 with ERR_USAGE for a scenario that there is not, which says the one that may have been
 * meant. */
int mock_given(struct mock_options *options, const struct config *config, struct err *err);

/* Says on standard error what the mock made of it. */
void mock_given_say(const struct mock_options *options, const struct mock *mock);

#endif
