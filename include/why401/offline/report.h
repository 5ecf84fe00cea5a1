/* The report: what BitGo support asks for first about one failing exchange, as Markdown. Made from
 * a line of the JSON log, which is redacted already; scanned once more before it is given out. */
#ifndef WHY401_OFFLINE_REPORT_H
#define WHY401_OFFLINE_REPORT_H

#include "why401/base/err.h"
#include "why401/base/str.h"
#include "why401/inspect/passport.h"

/* Appends the report. `passport` is what the ledger knows of the token; NULL: nothing. Returns 0,
 * or -1 with ERR_INPUT when the line is none of ours, or something in the report looks like a
 * secret: then *out holds nothing. */
int report_write(struct str *out, struct span json_line, const struct passport *passport,
                 struct err *err);

/* The fingerprint of the token in such a line; "" when there is none. */
void report_fingerprint(struct span json_line, char fingerprint[FINGERPRINT_SIZE]);

#endif
