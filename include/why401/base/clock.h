/* Time in milliseconds: wall time for what people read, monotonic time for durations. */
#ifndef WHY401_BASE_CLOCK_H
#define WHY401_BASE_CLOCK_H

#include <stdint.h>

#include "why401/base/span.h"

/* Milliseconds since 1970-01-01 UTC. Any thread. */
int64_t clock_wall_ms(void);

/* Microseconds of a clock that never goes back. Any thread. */
int64_t clock_mono_us(void);

#define CLOCK_TEXT_SIZE 32

/* Writes RFC 3339 in UTC with milliseconds, "2026-11-23T19:40:32.123Z", into text and returns it.
 */
const char *clock_text(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);

/* The same for people, to the minute: "2026-11-23 19:40 UTC". */
const char *clock_minute(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);

#endif
