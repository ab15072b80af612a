"""A slow link: runs a command in a terminal of its own, and everything takes its time, there and back.

    link.py SECONDS COMMAND [ARGUMENT…]

Standard input and output are the near end, a terminal in raw mode; its size is handed on.
"""

import collections
import fcntl
import os
import pty
import select
import signal
import sys
import termios
import time
import tty


def main(delay, command):
    pid, far = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    tty.setraw(0)

    def hand_on_size(*_):
        fcntl.ioctl(far, termios.TIOCSWINSZ, fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))

    hand_on_size()
    signal.signal(signal.SIGWINCH, hand_on_size)
    # Where bytes come from, where they go, and those that are on their way with the time of their arrival.
    ways = {0: (far, collections.deque()), far: (1, collections.deque())}
    open_ends = [0, far]
    while far in open_ends or ways[far][1]:
        due = [waiting[0][0] for _, waiting in ways.values() if waiting]
        timeout = max(0.0, min(due) - time.monotonic()) if due else None
        for end in select.select(open_ends, [], [], timeout)[0]:
            try:
                data = os.read(end, 65536)
            except OSError:
                data = b""  # Linux says EIO when the program has ended.
            if data:
                ways[end][1].append((time.monotonic() + delay, data))
            else:
                open_ends.remove(end)
        for to, waiting in ways.values():
            while waiting and waiting[0][0] <= time.monotonic():
                os.write(to, waiting.popleft()[1])
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
