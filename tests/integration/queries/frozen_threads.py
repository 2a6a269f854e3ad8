"""Threads of a process that stand still while its others go on: what a hang looks like from outside."""

import ctypes
import os
import pathlib
import time

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
ALL_CHILDREN = 0x40000000  # Of waitpid: threads, too.

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, thread):
    if libc.ptrace(request, thread, None, None) == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"ptrace({request:#x}, {thread}): {os.strerror(error)}")


class FrozenThreads:
    """Those whose names begin so. Freeze and thaw from one thread: ptrace knows who asked."""

    def __init__(self, pid, prefixes):
        tasks = pathlib.Path(f"/proc/{pid}/task")
        self.tasks = {int(task.name): task for task in tasks.iterdir()
                      if (task / "comm").read_text().startswith(tuple(prefixes))}

    def __enter__(self):
        for thread, task in self.tasks.items():
            ptrace(SEIZE, thread)
            # Not at work: it might hold a lock that the others need.
            while (task / "stat").read_text().rpartition(")")[2].split()[0] != "S":
                time.sleep(0.0001)
            ptrace(INTERRUPT, thread)
            os.waitpid(thread, ALL_CHILDREN)
        return self

    def __exit__(self, *_):
        for thread in self.tasks:
            ptrace(DETACH, thread)
