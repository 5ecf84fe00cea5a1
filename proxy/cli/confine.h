/* What the process gives up once it knows what it needs: privileges, programs of others, core dumps
 * for good, and all files but those named here. What the kernel does not offer is left out; nothing
 * depends on it.
 *
 * A confinement holds for the thread that enters it and for those it starts afterwards, so a
 * command enters it before it starts any. */
#ifndef WHY401_CLI_CONFINE_H
#define WHY401_CLI_CONFINE_H

#include <stdbool.h>

/* What there is in force. */
struct confined {
    bool no_new_privileges; /* no program that it starts gains any */
    bool no_exec;           /* it starts no program, and traces no other process */
    bool files;             /* it opens only files that were named */
};

/* The files that stay within reach, and then the confinement itself. Main thread only. */
struct confine {
    int rules; /* a descriptor of the kernel's; -1: it cannot limit files */
    int abi;   /* what the kernel knows of it */
};

/* Begins with what every program needs: the folders of the system's libraries, settings and trusted
 * roots, for reading. */
void confine_begin(struct confine *c);

/* A file or folder, and all below it, may be read. NULL, or something that is not there, is fine.
 */
void confine_read(struct confine *c, const char *path);

/* The same for whatever is in the folder of `path`, which may be replaced meanwhile. */
void confine_read_beside(struct confine *c, const char *path);

/* Files in the folder of `path` may be made, written, renamed and removed. */
void confine_write_beside(struct confine *c, const char *path);

/* Enters it. Ends c. */
struct confined confine_enter(struct confine *c);

/* Privileges and programs only: for a process whose files are not known beforehand. Other threads
 * of the process are confined too. */
struct confined confine_programs(void);

/* "confined: …" on standard error. */
void confined_say(struct confined in_force);

#endif
