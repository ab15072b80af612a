"""An hour of use by a script, or less: memory, threads and open files of the program at the beginning, warmed up, and at the end.

A round adds a contact, edits and deletes it, filters, scrolls, ticks boxes one by one and a whole column, takes that back, looks at
every screen, changes language and theme, and resizes the terminal; every tenth announces something. Nothing of it changes how much
there is, but for the history and the outbox, which memory does not grow with either.
"""

import os
import random
import time

import terminal

ESC, ENTER, TAB, UP_A_PAGE, DOWN_A_PAGE = b"\x1b", b"\r", b"\t", b"\x1b[5~", b"\x1b[6~"
CONTROL_A, CONTROL_P, CONTROL_U, F3 = b"\x01", b"\x10", b"\x15", b"\x1bOR"

# Seconds without a byte after which the next key comes: a person reads that long, or longer.
_QUIET = 0.02
# A round makes at least so many entries in the history: it adds, edits and deletes a contact, ticks a box twice, and a column twice.
ENTRIES = 7
# By then all screens, dialogs, themes and languages have been shown more than once.
WARM_ROUNDS = 8


def run(command, environment, minutes):
    """Uses the program for so many minutes. Returns how many rounds that were, and what it holds at the beginning, when it is
    warm, and at the end: a dictionary of resident bytes, threads and open files each."""
    chance = random.Random(1)
    with terminal.Terminal(command, environment) as tty:
        tty.wait_for(b"@")
        tty.settle()
        held, rounds = [_held(tty)], 0
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end or rounds <= WARM_ROUNDS:
            _round(tty, rounds, chance)
            rounds += 1
            if rounds == WARM_ROUNDS:
                held.append(_held(tty))
        tty.settle(2.0)
        held.append(_held(tty))
        # The list is in front and answers.
        tty.key_to_mark(b"j")
    return rounds, held


def _round(tty, number, chance):
    columns, rows = chance.choice(((120, 40), (80, 24), (160, 50), (40, 10)))
    tty.resize(columns, rows)
    name = f"Soak{number}"
    _type(tty, b"1", b"g", *[b"j"] * 30, *[DOWN_A_PAGE] * 5, *[UP_A_PAGE] * 3, b"G", *[b"k"] * 30, b"g")
    # Add, find, modify, delete.
    _type(tty, b"a", name.encode(), TAB, f"soak{number}@example.org".encode(), ENTER)
    _wait(tty)
    _type(tty, b"/", *(letter.encode() for letter in f"soak{number}@"), ENTER)
    _wait(tty)
    _type(tty, ENTER, CONTROL_U, name.encode() + b"x", ENTER)
    _wait(tty)
    _type(tty, b"d", b"y")
    _wait(tty)
    _type(tty, ESC, ESC, b"s", b"S", b"s", b"s", b"s", b"s", b"s", b"g")
    # Boxes, a column of those that match, and back.
    _type(tty, b"2", b"j", b" ", b" ", b"/", *(bytes((letter,)) for letter in b"lovelace1"), ENTER)
    _wait(tty)
    for _ in range(2):
        _type(tty, b"A", b"y")
        _wait(tty)
    _type(tty, b"w", ESC, ESC, ESC)
    # The other screens, help, palette; a theme and both languages.
    _type(tty, b"3", b"j", b"j", ENTER, ESC, b"4", *[b"j"] * 20, b"G", b"g", b"5", b"?", b"j", ESC)
    theme = chance.choice((b"dark", b"light", b"mono", b"contrast"))
    _type(tty, CONTROL_P, b"theme ", theme, ENTER, ESC, F3, b"1", F3)
    if number % 10 == 5:
        _type(tty, b"n", ENTER, b"activity.pro", ENTER, b"News", ENTER, b"Text.", ENTER, TAB, ENTER)
        _wait(tty)
        _type(tty, b"y")
        _wait(tty)
    _type(tty, ESC, ESC, ESC, b"n" if number % 10 == 5 else b"g", ESC, b"y", ESC, b"1")


def _type(tty, *keys):
    for key in keys:
        tty.send(key)
        tty.settle(_QUIET)


def _wait(tty):
    tty.settle(0.25)


def _held(tty):
    process = f"/proc/{tty.pid}"
    return {
        "memory": tty.memory(),
        "threads": len(os.listdir(f"{process}/task")),
        "files": len(os.listdir(f"{process}/fd")),
    }
