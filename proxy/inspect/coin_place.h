/* Where a path has its coin, for coin_of_path and for patterns that say {coin}. Private. */
#ifndef WHY401_COIN_PLACE_H
#define WHY401_COIN_PLACE_H

#include "why401/base/span.h"

/* Cuts the next part off the front of *rest, up to its slash; false when there is none. Empty parts
 * are passed over, because a base URL with a slash at its end gives //api/…, and a slash at the end
 * of a path changes no route. */
bool path_next_part(struct span *rest, struct span *part);

/* Its characters are a coin's, with %3A for ':', and it is no word of another meaning. */
bool path_part_can_be_coin(struct span part);

#endif
