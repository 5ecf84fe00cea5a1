/* Peers' bytes made harmless for a terminal or a JSON string. */
#ifndef WHY401_OBSERVE_TEXT_H
#define WHY401_OBSERVE_TEXT_H

#include "why401/base/str.h"

/* Control characters, escape sequences, bidirectional overrides and bytes that are not UTF-8 become
 * visible escapes such as \x1b or \u{202e}, and "##[" and "##name[", by which a CI log is given
 * commands, "#\#["; at most `most` bytes are written, then "…". */
void text_escape(struct str *out, struct span s, size_t most);

/* The runners of GitHub Actions ("##[name]"), Azure Pipelines ("##vso[name]") and TeamCity
 * ("##teamcity[name]") obey such a command wherever it stands in a line. Returns how many bytes of
 * s come before the second '#' of the first one; all when there is none. */
size_t before_command(struct span s);

/* The same bytes as valid UTF-8: what is not becomes U+FFFD. For jansson, which refuses other
 * bytes. */
void text_utf8(struct str *out, struct span s);

#endif
