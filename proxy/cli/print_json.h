/* Printing a JSON value for programs, on a standard output that may be a terminal or a CI's log. */
#ifndef CLI_PRINT_JSON_H
#define CLI_PRINT_JSON_H

#include <jansson.h>

/* Prints the value over several lines, and gives it up. Nothing in it can be obeyed: what is not
 * ASCII, and the second '#' of "##[" and "##name[", become \uXXXX. Whether it was written is
 * stdout's to tell. */
void print_json(json_t *value);

#endif
