"""Stops the embedded server when its last user is gone, even if that user was killed. Standard library only: it stands alone.

Every user of the server holds a shared lock on one file; this process waits for an exclusive one, which it gets at the moment
when nobody is left. Run as `keeper.py USERS KEEPER UID GID REMOVE COMMAND...`; it steps into the background by itself.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Wait for the last user to go, then stop the server. With REMOVE, a folder, take that away too."""
    users, keeper, uid, gid, remove, *command = arguments
    with Path(keeper).open("r+") as mine, Path(users).open("r+") as theirs:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        child = os.fork()
        if child:
            # Written before the caller goes on, who may want to end us at once.
            mine.truncate(0)
            mine.write(f"{child}\n")
            mine.flush()
            os._exit(0)
        for ignored in (signal.SIGINT, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        fcntl.flock(theirs, fcntl.LOCK_EX)
        user, group, groups = (None, None, None) if uid == "-" else (int(uid), int(gid), list[int]())
        quiet = subprocess.DEVNULL
        subprocess.run(command, cwd="/", check=False, stdin=quiet, stdout=quiet, stderr=quiet, user=user, group=group, extra_groups=groups)
        if remove != "-":
            shutil.rmtree(remove, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
