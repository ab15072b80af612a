"""What the screens say and which keys do what: the only file that changes when a screen does.

The words are those of the design, sections 1, 10 and 11; expectations are regular expressions, so that they say no more
than what must be there.
"""

import re

from callsheet import Key

# First start: two fields.
FIRST_START = r"(?i)security email"

# The list of contacts with nothing in front of it: its footer.
LIST = r"\ba add\b"

# The form, and what it says under an address whose domain has one label only.
FORM = r"(?i)\bcancel\b"
DOMAIN_REFUSED = r"(?i)domain"

# The verification of a contact, its keys in the footer or the dialog.
VERIFICATION = r"(?i)send again"
TRIES_LEFT = r"(?i)\b{tries}\b[^\n]*\btr(y|ies)\b|\btr(y|ies)\b[^\n]*\b{tries}\b"

# Deleting.
CANNOT_BE_UNDONE = r"(?i)cannot be undone"

# A notice: the dialog, the question before it is sent, and what is said afterwards.
NEW_NOTICE = r"New notice"
TO_PEOPLE = r"to {} (people|person)\?"
TO_SECURITY_EMAIL = r"(?i)to the security email"
QUEUED = r"Queued for"

# Drop-downs: what to choose, and another entry by which an open list is recognised.
POSITIONS_OPEN = r"Maintenance Director[\s\S]*Project Director"
LANGUAGES_OPEN = r"English[\s\S]*(中文|Chinese)|(中文|Chinese)[\s\S]*English|en\b[\s\S]*zh-CN"
LANGUAGE = {"en": r"English|\ben\b", "zh-CN": r"中文|Chinese|zh-CN"}

# Status in the list, beside its mark.
CODE_SENT = r"code sent"
VERIFIED = r"✓ verified"


class Screens:
    """An administrator before the screen, who has nothing but keys."""

    def __init__(self, tty):
        self.tty = tty

    def begin(self, account, security_email):
        """Answers the questions of the first start."""
        self.tty.wait_for(FIRST_START)
        self.tty.send(account, Key.TAB, security_email, Key.ENTER)
        self.tty.wait_for(LIST)

    def add(self, name, email, position=None, language=None):
        """Fills the form for a new contact and presses enter in the field Email."""
        self.tty.send("a")
        self.tty.wait_for(FORM)
        self.tty.send(name, Key.TAB, email)
        if position:
            self.tty.send(Key.TAB)
            self._choose(re.escape(position), POSITIONS_OPEN)
            self.tty.send(Key.SHIFT_TAB)
        if language:
            self.tty.send(Key.TAB, Key.TAB)
            self._choose(LANGUAGE[language], LANGUAGES_OPEN)
            self.tty.send(Key.SHIFT_TAB, Key.SHIFT_TAB)
        self.tty.wait_until_quiet()
        self.tty.send(Key.ENTER)

    def correct_email(self, email):
        """Replaces what stands in the field Email, where the caret is, and presses enter."""
        self.tty.send(Key.END, Key.ctrl("u"), email)
        self.tty.wait_for(re.escape(email))
        self.tty.send(Key.ENTER)

    def change_email(self, name, email):
        """Opens the contact and gives it another address."""
        self.go_to(name)
        self.tty.send(Key.ENTER)
        self.tty.wait_for(FORM)
        self.tty.send(Key.TAB)
        self.correct_email(email)

    def enter_code(self, name, code):
        """Types a code into the contact's verification."""
        self.go_to(name)
        self.tty.send("v")
        self.tty.wait_for(VERIFICATION)
        self.tty.send("c")
        self.tty.wait_until_quiet()
        self.tty.send(code, Key.ENTER)

    def announce(self, message_type, subject, text, people):
        """Writes a notice and sends it; the question must name so many people, or the security email if there are none."""
        self.back_to_list()
        self.tty.send("n")
        self.tty.wait_for(NEW_NOTICE)
        self.tty.send(Key.ENTER, message_type)
        self.tty.wait_until_quiet()
        self.tty.send(Key.ENTER, subject, Key.ENTER, text, Key.TAB)
        self.tty.wait_for(re.escape(subject))
        self.tty.send(Key.ENTER)
        self.tty.wait_for(TO_PEOPLE.format(people) if people else TO_SECURITY_EMAIL)
        self.tty.send("y")
        self.tty.wait_until_gone(NEW_NOTICE)
        self.tty.wait_for(QUEUED)

    def ask_to_delete(self, name):
        """Presses the key that deletes; the question is on the screen then."""
        self.go_to(name)
        self.tty.send("d")
        self.tty.wait_for(CANNOT_BE_UNDONE)

    def go_to(self, name):
        """Selects the contact's row, from the top of the list down; the real cursor is on the selected row."""
        self.back_to_list()
        self.tty.wait_for(re.escape(name))
        self.tty.send("g")
        self._move("j", re.escape(name))

    def back_to_list(self):
        """Closes whatever stands before the list."""
        for _ in range(5):
            self.tty.wait_until_quiet()
            if re.search(LIST, self.tty.text) and not re.search(VERIFICATION, self.tty.text):
                return
            self.tty.send(Key.ESC)
        raise AssertionError(f"no way back to the list:\n{self.tty.text}")

    def wait_for_status(self, name, status):
        """Waits until the contact's row says so."""
        self.tty.wait_for(rf"{re.escape(name)}[^\n]*{status}")

    def quit(self):
        """Leaves; returns the exit code."""
        self.back_to_list()
        self.tty.send("q")
        return self.tty.wait_for_end()

    def _choose(self, entry, opened):
        """Opens the drop-down that has the focus, goes down to the entry and takes it."""
        self.tty.send(Key.ENTER)
        self.tty.wait_for(opened)
        self._move(Key.DOWN, entry)
        self.tty.send(Key.ENTER)
        self.tty.wait_until_gone(opened)

    def _move(self, key, wanted):
        """Presses the key until the cursor's line holds what is wanted."""
        self.tty.wait_until_quiet()
        for _ in range(50):
            if re.search(wanted, self.tty.cursor_line):
                return
            self.tty.send(key)
            self.tty.wait_until_quiet()
        raise AssertionError(f"'{wanted}' cannot be reached:\n{self.tty.text}")
