"""Tables to import and to export, beside the sqlite3 shell on the same rows and the same schema.

The shell checks nothing, keeps no audit log and makes no report; its triggers and indexes are callsheet's own.
"""

import subprocess
import time
import unicodedata

import data

# The shell fills the columns that an import fills, and leaves the others to their defaults.
_VIEW = (
    "CREATE TEMP VIEW rows AS SELECT name, name_key, email, email_key, position, language, created_at FROM contact",
    "CREATE TEMP TRIGGER fill INSTEAD OF INSERT ON rows BEGIN INSERT INTO contact "
    "(name, name_key, email, email_key, position, language, created_at) VALUES "
    "(new.name, new.name_key, new.email, new.email_key, new.position, new.language, new.created_at); END",
)
_SELECT = (
    "SELECT name, email, position, language, (SELECT group_concat(type, ' ') FROM subscription WHERE contact_id = contact.id) "
    "FROM contact ORDER BY email_key"
)


def write(folder, count):
    """Writes the same people for callsheet and for the shell, which gets the keys too."""
    ours, theirs = folder / "ours.csv", folder / "theirs.csv"
    with open(ours, "w", encoding="utf-8") as own, open(theirs, "w", encoding="utf-8") as other:
        own.write("name,email,position,language\n")
        for number, person in enumerate(data.people(count)):
            position, language = data.POSITIONS[number % len(data.POSITIONS)], ("en", "zh-CN")[number % 2]
            key = unicodedata.normalize("NFKC", person.name).lower()
            own.write(f"{person.name},{person.email},{position},{language}\n")
            other.write(f"{person.name},{key},{person.email},{person.email},{position},{language},1790000000000\n")
    return ours, theirs


def shell_import(database, table):
    """Seconds of the shell's .import into an empty database of callsheet's, as durable as callsheet's own."""
    return _shell(database, ["PRAGMA synchronous = FULL", *_VIEW, f".import --csv {table} rows"])


def shell_export(database):
    """Seconds of the shell's own CSV of the same columns in the same order."""
    return _shell(database, [".mode csv", _SELECT])


def _shell(database, commands):
    began = time.perf_counter()
    subprocess.run(
        ["sqlite3", "-batch", database, *commands],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    return time.perf_counter() - began
