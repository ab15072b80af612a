"""Filter keys of callsheet and of fzf in the same terminal, on the same people.

fzf finds exact substrings (`--exact`) and keeps the order (`--no-sort`), as callsheet does.
"""

import shutil

import data
import terminal

# Seconds without a byte after which an answer is over: longer than either takes for a key among a million contacts.
_QUIET = 0.6

WORDS = {
    "letters": ("ada", "wirth"),
    "a word of ten letters": ("dijkstra12",),
    "one Chinese character": ("王",),
    "two Chinese characters": ("王小", "建国"),
}


def write_lines(path, count):
    """Name, address and position of each person, one a line."""
    with open(path, "w", encoding="utf-8") as lines:
        for number, person in enumerate(data.people(count)):
            lines.write(f"{person.name} {person.email} {data.POSITIONS[number % len(data.POSITIONS)]}\n")


def command(lines):
    """fzf on these lines."""
    if not shutil.which("fzf"):
        raise SystemExit("fzf is missing")
    return ["/bin/sh", "-c", f"exec fzf --exact --no-sort < '{lines}'"]


def keys_of_callsheet(program, environment, word):
    """Seconds of each key of a word; the index is there, for another word was looked for before."""
    with terminal.Terminal(program, environment) as tty:
        _open_filter(tty)
        return _type(tty, word)


def keys_of_fzf(peer, environment, word, count):
    with terminal.Terminal(peer, environment) as tty:
        _read_all(tty, count)
        tty.key(b"?")
        tty.settle(_QUIET)
        tty.key(b"\x15")
        tty.settle(_QUIET)
        return _type(tty, word)


def memory_of_callsheet(program, environment):
    """Resident memory after a word was found."""
    with terminal.Terminal(program, environment) as tty:
        _open_filter(tty)
        _type(tty, "ada")
        return tty.memory()


def memory_of_fzf(peer, environment, count):
    with terminal.Terminal(peer, environment) as tty:
        _read_all(tty, count)
        _type(tty, "ada")
        return tty.memory()


def _open_filter(tty):
    """Has the index built by a word that nobody has, and takes the word back."""
    tty.wait_for(b"@")
    tty.settle()
    tty.key(b"/")
    tty.send(b"?")
    # Of a sentence only the words are sure to be written: cells between them may be blank already. A scan may have said so
    # before the index is whole: the rest of it is read while nothing more comes.
    tty.wait_for(b"matches")
    tty.settle(2.0)
    tty.key(b"\x15")
    tty.settle(_QUIET)


def _read_all(tty, count):
    tty.wait_for(f"{count}/{count}".encode())
    tty.settle(_QUIET)


def _type(tty, word):
    return [tty.key(letter.encode(), _QUIET)[0] for letter in word]
