/* One exchange as one line of JSON; README.md describes it field by field. Private. */
#ifndef OBSERVE_JSON_LINE_H
#define OBSERVE_JSON_LINE_H

#include "record.h"

/* Appends the line and its line feed. out->failed says that it was too long. */
void json_line(struct str *out, struct record *r);

#endif
