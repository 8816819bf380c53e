"""A filter for system calls: an answer computes, reads and waits, and may call what is listed here, and nothing else.

What is missing in the list fails in the child with "Operation not permitted": sockets, new processes, other programs,
signals to others, mounts, namespaces, shared memory, and every call that a later kernel brings. Numbers are those of
the kernel's headers.
"""

import ctypes
import os
import platform
import struct

ALLOWED = {
    "x86_64": {
        "read": 0,
        "write": 1,
        "readv": 19,
        "writev": 20,
        "pread64": 17,
        "pwrite64": 18,
        "lseek": 8,
        "open": 2,
        "openat": 257,
        "openat2": 437,
        "close": 3,
        "close_range": 436,
        "fstat": 5,
        "stat": 4,
        "lstat": 6,
        "newfstatat": 262,
        "statx": 332,
        "access": 21,
        "faccessat": 269,
        "faccessat2": 439,
        "readlink": 89,
        "readlinkat": 267,
        "getdents": 78,
        "getdents64": 217,
        "getcwd": 79,
        "chdir": 80,
        "fchdir": 81,
        "dup": 32,
        "dup2": 33,
        "dup3": 292,
        "fcntl": 72,
        "flock": 73,
        "ioctl": 16,
        "pipe": 22,
        "pipe2": 293,
        "ftruncate": 77,
        "truncate": 76,
        "fsync": 74,
        "fdatasync": 75,
        "fallocate": 285,
        "fadvise64": 221,
        "mkdir": 83,
        "mkdirat": 258,
        "rmdir": 84,
        "unlink": 87,
        "unlinkat": 263,
        "rename": 82,
        "renameat": 264,
        "renameat2": 316,
        "umask": 95,
        "statfs": 137,
        "fstatfs": 138,
        "mmap": 9,
        "mprotect": 10,
        "munmap": 11,
        "mremap": 25,
        "madvise": 28,
        "brk": 12,
        "msync": 26,
        "mincore": 27,
        "mlock": 149,
        "munlock": 150,
        "membarrier": 324,
        "poll": 7,
        "ppoll": 271,
        "select": 23,
        "pselect6": 270,
        "epoll_create1": 291,
        "epoll_ctl": 233,
        "epoll_wait": 232,
        "epoll_pwait": 281,
        "eventfd2": 290,
        "timerfd_create": 283,
        "timerfd_settime": 286,
        "futex": 202,
        "futex_waitv": 449,
        "set_robust_list": 273,
        "get_robust_list": 274,
        "rseq": 334,
        "sched_yield": 24,
        "sched_getaffinity": 204,
        "sched_getparam": 143,
        "sched_getscheduler": 145,
        "set_tid_address": 218,
        "gettid": 186,
        "getpid": 39,
        "getppid": 110,
        "getuid": 102,
        "geteuid": 107,
        "getgid": 104,
        "getegid": 108,
        "getgroups": 115,
        "getpgid": 121,
        "getpgrp": 111,
        "getsid": 124,
        "rt_sigaction": 13,
        "rt_sigprocmask": 14,
        "rt_sigreturn": 15,
        "rt_sigpending": 127,
        "rt_sigtimedwait": 128,
        "sigaltstack": 131,
        "pause": 34,
        "nanosleep": 35,
        "clock_nanosleep": 230,
        "clock_gettime": 228,
        "clock_getres": 229,
        "gettimeofday": 96,
        "time": 201,
        "times": 100,
        "getrusage": 98,
        "getrlimit": 97,
        "alarm": 37,
        "setitimer": 38,
        "getitimer": 36,
        "restart_syscall": 219,
        "exit": 60,
        "exit_group": 231,
        "getrandom": 318,
        "uname": 63,
        "sysinfo": 99,
        "prctl": 157,
        "arch_prctl": 158,
        "getcpu": 309,
        "get_mempolicy": 239,
        "wait4": 61,
        "waitid": 247,
    },
    "aarch64": {
        "read": 63,
        "write": 64,
        "readv": 65,
        "writev": 66,
        "pread64": 67,
        "pwrite64": 68,
        "lseek": 62,
        "openat": 56,
        "openat2": 437,
        "close": 57,
        "close_range": 436,
        "fstat": 80,
        "newfstatat": 79,
        "statx": 291,
        "faccessat": 48,
        "faccessat2": 439,
        "readlinkat": 78,
        "getdents64": 61,
        "getcwd": 17,
        "chdir": 49,
        "fchdir": 50,
        "dup": 23,
        "dup3": 24,
        "fcntl": 25,
        "flock": 32,
        "ioctl": 29,
        "pipe2": 59,
        "ftruncate": 46,
        "truncate": 45,
        "fsync": 82,
        "fdatasync": 83,
        "fallocate": 47,
        "fadvise64": 223,
        "mkdirat": 34,
        "unlinkat": 35,
        "renameat": 38,
        "renameat2": 276,
        "umask": 166,
        "statfs": 43,
        "fstatfs": 44,
        "mmap": 222,
        "mprotect": 226,
        "munmap": 215,
        "mremap": 216,
        "madvise": 233,
        "brk": 214,
        "msync": 227,
        "mincore": 232,
        "mlock": 228,
        "munlock": 229,
        "membarrier": 283,
        "ppoll": 73,
        "pselect6": 72,
        "epoll_create1": 20,
        "epoll_ctl": 21,
        "epoll_pwait": 22,
        "eventfd2": 19,
        "timerfd_create": 85,
        "timerfd_settime": 86,
        "futex": 98,
        "futex_waitv": 449,
        "set_robust_list": 99,
        "get_robust_list": 100,
        "rseq": 293,
        "sched_yield": 124,
        "sched_getaffinity": 123,
        "sched_getparam": 121,
        "sched_getscheduler": 120,
        "set_tid_address": 96,
        "gettid": 178,
        "getpid": 172,
        "getppid": 173,
        "getuid": 174,
        "geteuid": 175,
        "getgid": 176,
        "getegid": 177,
        "getgroups": 158,
        "getpgid": 155,
        "getsid": 156,
        "rt_sigaction": 134,
        "rt_sigprocmask": 135,
        "rt_sigreturn": 139,
        "rt_sigpending": 136,
        "rt_sigtimedwait": 137,
        "sigaltstack": 132,
        "nanosleep": 101,
        "clock_nanosleep": 115,
        "clock_gettime": 113,
        "clock_getres": 114,
        "gettimeofday": 169,
        "times": 153,
        "getrusage": 165,
        "getrlimit": 163,
        "setitimer": 103,
        "getitimer": 102,
        "restart_syscall": 128,
        "exit": 93,
        "exit_group": 94,
        "getrandom": 278,
        "uname": 160,
        "sysinfo": 179,
        "prctl": 167,
        "getcpu": 168,
        "get_mempolicy": 236,
        "wait4": 260,
        "waitid": 95,
    },
}
# What is allowed under a condition: the number of the call by machine.
CLONE, CLONE3, TGKILL, PRLIMIT = (
    {"x86_64": one, "aarch64": other} for one, other in ((56, 220), (435, 435), (234, 131), (302, 261))
)
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # numbers of the other interface of x86_64 begin here

# What stays forbidden to fcntl: naming a process that gets signals.
SET_OWNER, SET_SIGNAL, SET_OWNER_EX = 8, 10, 15
CLONE_THREAD = 0x00010000

# Instructions of the kernel's filters (classic BPF).
LOAD, EQUAL, AT_LEAST, BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, ARGUMENTS = 0, 4, 16  # offsets; each argument has 8 bytes, the low half first
ALLOW, KILL = 0x7FFF0000, 0x80000000
NOT_PERMITTED, NOT_THERE = 0x00050000 | 1, 0x00050000 | 38
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2


def machine_is_known():
    """Whether there is a list for this machine."""
    return platform.machine() in ALLOWED


def program(machine, process):
    """The filter as bytes, for a machine, and for the process that it is to hold."""
    lines = []

    def line(code, value, yes=0, no=0):
        lines.append(struct.pack("=HBBI", code, yes, no, value))

    def under(number, *condition):
        """Instructions for one call, of which a condition decides; it reads what it needs anew."""
        line(EQUAL, number, no=len(condition))
        for code, value, yes, no in condition:
            line(code, value, yes, no)

    line(LOAD, MACHINE)
    line(EQUAL, ARCHITECTURE[machine], yes=1)
    line(RETURN, KILL)
    line(LOAD, NUMBER)
    if machine == "x86_64":
        line(AT_LEAST, X32, no=1)
        line(RETURN, NOT_PERMITTED)
    calls = dict(ALLOWED[machine])
    fcntl = calls.pop("fcntl")
    for number in calls.values():
        line(EQUAL, number, no=1)
        line(RETURN, ALLOW)
    line(EQUAL, CLONE3[machine], no=1)
    line(RETURN, NOT_THERE)  # the C library then takes clone, whose flags can be read here
    under(
        CLONE[machine],
        (LOAD, ARGUMENTS, 0, 0),
        (BITS, CLONE_THREAD, 0, 1),
        (RETURN, ALLOW, 0, 0),
        (RETURN, NOT_PERMITTED, 0, 0),
    )
    under(
        TGKILL[machine],
        (LOAD, ARGUMENTS, 0, 0),
        (EQUAL, process, 0, 1),
        (RETURN, ALLOW, 0, 0),
        (RETURN, NOT_PERMITTED, 0, 0),
    )
    under(
        PRLIMIT[machine],  # limits may be read
        (LOAD, ARGUMENTS + 16, 0, 0),
        (EQUAL, 0, 0, 3),
        (LOAD, ARGUMENTS + 20, 0, 0),
        (EQUAL, 0, 0, 1),
        (RETURN, ALLOW, 0, 0),
        (RETURN, NOT_PERMITTED, 0, 0),
    )
    under(
        fcntl,
        (LOAD, ARGUMENTS + 8, 0, 0),
        (EQUAL, SET_OWNER, 3, 0),
        (EQUAL, SET_SIGNAL, 2, 0),
        (EQUAL, SET_OWNER_EX, 1, 0),
        (RETURN, ALLOW, 0, 0),
        (RETURN, NOT_PERMITTED, 0, 0),
    )
    line(RETURN, NOT_PERMITTED)
    return b"".join(lines)


def hold():
    """Put the filter over this process, for good.

    Raises:
        OSError: the kernel has none.
    """
    code = program(platform.machine(), os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    library = ctypes.CDLL(None, use_errno=True)
    argument = struct.pack("=H6xQ", len(code) // 8, ctypes.addressof(buffer))
    for call in ((NO_NEW_PRIVILEGES, 1, 0, 0, 0), (SET_SECCOMP, FILTER, argument, 0, 0)):
        if library.prctl(*call) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
