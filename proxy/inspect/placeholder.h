/* Recognises what stands in for an access token when nobody has put one in: undefined, $TOKEN,
 * <YOUR_TOKEN>, xxxx and their kin. */
#ifndef WHY401_PLACEHOLDER_H
#define WHY401_PLACEHOLDER_H

#include "why401/base/span.h"

#define PLACEHOLDER_SHOWN_MOST 40

enum placeholder {
    PLACEHOLDER_NOT,    /* may be a token */
    PLACEHOLDER_HIDDEN, /* is one by its form, but its words might be somebody's secret */
    PLACEHOLDER_SHOWN,  /* is clearly one, short and printable ASCII: it may be shown */
};

enum placeholder placeholder_kind(struct span s);

#endif
