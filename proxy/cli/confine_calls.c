/* A list of what is refused, not of what is allowed: the C library and its name service modules may
 * call what they like, today's and tomorrow's, and a proxy that breaks after an update of the
 * system protects nobody. What is on the list is what turns an error in our code into a foothold.
 *
 * Two calls are refused by what they are asked for: clone, which makes threads, but could also make
 * a user namespace, in which a process is root; and ioctl, by which the terminal could be given
 * lines as if they had been typed, for the shell to run. clone3 has its flags in memory, where no
 * filter sees them: it is said not to exist, and the C library takes clone.
 */
#include "confine_calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH    AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000u /* the other numbering of the same calls */
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH

/* Those that are newer than some C library have the same number everywhere. */
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#ifndef SYS_open_tree
#define SYS_open_tree  428
#define SYS_move_mount 429
#define SYS_fsopen     430
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

static const uint32_t refused[] = {
    /* programs */
    SYS_execve,
    SYS_execveat,
    /* other processes */
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_kcmp,
    SYS_perf_event_open,
    /* the view of the system */
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_mount_setattr,
    SYS_open_by_handle_at,
    /* the kernel */
    SYS_bpf,
    SYS_kexec_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_userfaultfd,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
#endif
    /* keys of the user's */
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    /* it makes system calls that no filter sees */
    SYS_io_uring_setup,
};

#define REFUSED  (sizeof refused / sizeof refused[0])
#define REFUSE   (SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA))
#define NO_CALL  (SECCOMP_RET_ERRNO | (ENOSYS & SECCOMP_RET_DATA))
#define BY_VALUE 12 /* instructions of write_by_value */

#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

/* Jumps over as many instructions as said. */
#define IF_IS(value, then, otherwise)                                                              \
    (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise)
#define LOAD(field)                                                                                \
    (struct sock_filter)                                                                           \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define IF_HAS(bits, then, otherwise)                                                              \
    (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, then, otherwise)
#define ANSWER(what) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, what)

_Static_assert(REFUSED < 200, "a jump of the filter spans 255 instructions");

/* The calls that are refused by an argument, of which the lower half is all that the kernel looks
 * at. What is none of them goes on behind the last instruction. */
static size_t write_by_value(struct sock_filter *to)
{
    const struct sock_filter filter[BY_VALUE] = {
        IF_IS(SYS_clone3, 0, 1),
        ANSWER(NO_CALL),
        IF_IS(SYS_clone, 0, 4),
        LOAD(args[0]),
        IF_HAS(NAMESPACES, 0, 1),
        ANSWER(REFUSE),
        ANSWER(SECCOMP_RET_ALLOW),
        IF_IS(SYS_ioctl, 0, 4),
        LOAD(args[1]),
        IF_IS(TIOCSTI, 1, 0),
        IF_IS(TIOCLINUX, 0, 1),
        ANSWER(REFUSE),
    };
    memcpy(to, filter, sizeof filter);
    return BY_VALUE;
}

/* Every call of another architecture's is refused; then each number in turn. */
static size_t write_filter(struct sock_filter *to)
{
    size_t n = 0;
    to[n++] = LOAD(arch);
    to[n++] = IF_IS(ARCH, 1, 0);
    to[n++] = ANSWER(REFUSE);
    to[n++] = LOAD(nr);
#ifdef X32_BIT
    to[n++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, REFUSED + BY_VALUE + 1, 0);
#endif
    for (size_t i = 0; i < REFUSED; i++) {
        to[n++] = IF_IS(refused[i], (uint8_t)(REFUSED + BY_VALUE - i), 0);
    }
    n += write_by_value(to + n);
    to[n++] = ANSWER(SECCOMP_RET_ALLOW);
    to[n++] = ANSWER(REFUSE);
    return n;
}

bool confine_calls(void)
{
    struct sock_filter filter[REFUSED + BY_VALUE + 8];
    struct sock_fprog program = {.filter = filter};
    program.len = (unsigned short)write_filter(filter);
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

#else

bool confine_calls(void)
{
    return false;
}

#endif
