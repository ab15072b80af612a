"""Keys in a list, on the screen that a digit opens, and what a contact costs that is edited: with few rows and with many.

Every time is that of the last byte that the key causes, so a page that is read after a first frame counts.
"""

import time

import terminal

PAGE_DOWN, PAGE_UP, ENTER, ESC = b"\x1b[6~", b"\x1b[5~", b"\r", b"\x1b"

# Seconds without a byte after which a search in the history that has found something has shown its page, and until it must have.
_SHOWN, _DEADLINE = 1.5, 90.0

# What is looked for in the history. The entry of one of the first contacts is found when nearly all are read.
WORDS = {"a word of many entries": "lovelace", "a word of one of the oldest entries": "user4321@"}
# In every address, but in no word.
_FOUND = b"example"

# The digit of each screen.
SCREENS = {"message types": b"2", "outbox": b"3", "history": b"4"}

# What is typed, and how often in a round.
_CURSOR, _ENDS = 30, 6


def keys(program, environment, screen):
    """Seconds of each key by its name, on this screen."""
    with terminal.Terminal(program, environment) as tty:
        tty.wait_for(b"@")
        tty.settle()
        tty.send(SCREENS.get(screen, b"1"))
        tty.settle()
        times = {
            "cursor down": [tty.key(b"j")[0] for _ in range(_CURSOR)],
            "page down": [tty.key(PAGE_DOWN)[0] for _ in range(_ENDS * 2)],
            "to the end and back": [tty.key(key)[0] for key in (b"G", b"g") * _ENDS],
        }
        if screen not in ("outbox", "history"):
            times["to letters"] = [_goes_to(tty, b"'", word) for word in (b"turing", b"edsger", b"hedy", b"karen", b"alan")]
            times["to a percentage"] = [_goes_to(tty, b"%", share) for share in (b"50", b"98", b"3", b"71", b"20")]
        return times


def _goes_to(tty, opens, text):
    tty.key(opens)
    for letter in text:
        tty.key(bytes([letter]))
    return tty.key(ENTER)[0]


def edits(program, environment, count):
    """Seconds of opening, typing a letter into the name and saving, of so many contacts in the middle of the list."""
    times = {"open": [], "edit": [], "save": []}
    with terminal.Terminal(program, environment) as tty:
        tty.wait_for(b"@")
        tty.settle()
        _goes_to(tty, b"%", b"50")
        for _ in range(count):
            tty.key(b"j")
            times["open"].append(tty.key(b"e")[0])
            times["edit"].append(tty.key(b"x")[0])
            times["save"].append(tty.key(ENTER)[0])
            tty.settle()
    return times


def search(program, environment, word):
    """Seconds from a word that is put into the history's filter until the first address that is found and until the last byte."""
    with terminal.Terminal(program, environment) as tty:
        tty.wait_for(b"@")
        tty.settle()
        tty.send(SCREENS["history"])
        tty.settle()
        tty.key(b"/")
        tty.settle()
        began = time.perf_counter()
        tty.send(b"\x1b[200~" + word.encode() + b"\x1b[201~")
        end = began + _DEADLINE
        first, last = None, began
        while True:
            data, now = tty.read(_SHOWN if first is not None else end - time.perf_counter())
            if first is None and now >= end:
                raise AssertionError(f"nobody is found by {word}")
            if first is None and _FOUND in data:
                first = now
            if not data:
                return first - began, last - began
            last = now
