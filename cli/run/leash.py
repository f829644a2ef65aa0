"""Starts a command that dies when its parent dies: `python leash.py SIGNAL UID:GID COMMAND ARGUMENT…`.

`quanyi run` may itself be killed with SIGKILL and then cannot stop anything. On Linux the kernel does it
(`man 2 PR_SET_PDEATHSIG`); elsewhere the next start ends the leftovers. This is a program of its own and not a
`preexec_fn`, because code between fork and exec can deadlock when the parent has threads. Standard library only.

The kernel looks at the parent *thread*: start commands from the main thread.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    number, who, *command = arguments
    if who != "-":
        uid, gid = (int(part) for part in who.split(":"))
        os.setgroups([gid])
        os.setgid(gid)
        os.setuid(uid)
    parent = int(os.environ.pop("QUANYI_LEASH_PARENT", "0"))
    if sys.platform == "linux":
        # After setuid, which clears it.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if parent and os.getppid() != parent:
            sys.exit(1)  # the parent died before the line above
    try:
        os.execvpe(command[0], command, os.environ)
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
