/* The filter of system calls, as the kernel runs it. */
#ifndef WHY401_CLI_CONFINE_CALLS_H
#define WHY401_CLI_CONFINE_CALLS_H

#include <stdbool.h>

/* From now on the system calls that a proxy has no use for fail with EPERM, in every thread of the
 * process: those that start programs, look into other processes, mount, load code into the kernel
 * or get round this filter. Needs "no new privileges". False where the kernel cannot. */
bool confine_calls(void);

#endif
