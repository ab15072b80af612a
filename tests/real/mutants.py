"""The program without something on which the tests of crashes depend: they must fail with it.

Nothing in the program is made for this. A mutant is a copy of the binary with a few bytes of its SQL replaced.
"""

import pathlib

# Every later write to a claimed delivery shows the token of its lease; this one shows it and nobody looks.
_FENCE, _OPEN_FENCE = b" AND lease = ?2", b" AND ?2 = ?2   "
# Noting that a body is about to leave, and recording what became of a mail.
_FENCES = 2


def without_lease(binary, folder):
    """A copy of the program in which a sender that has lost its claim goes on as if it had it; returns its path."""
    program = pathlib.Path(binary).read_bytes()
    if program.count(_FENCE) != _FENCES:
        raise AssertionError(f"the program has {program.count(_FENCE)} fences, {_FENCES} are known")
    mutant = pathlib.Path(folder, "without-lease")
    mutant.write_bytes(program.replace(_FENCE, _OPEN_FENCE))
    mutant.chmod(0o700)
    return str(mutant)
