"""The same contacts for callsheet and its peers: the same names, addresses and order whenever they are made.

Half of the names are Chinese, for they are two columns wide and three bytes a character. callsheet's database is
made by callsheet and filled through SQLite, in states that no import can bring; its triggers keep the counters.
"""

import dataclasses
import random
import sqlite3
import subprocess
import time
import unicodedata

FAMILIES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
GIVENS = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文斌小云飞志鹏"
FIRSTS = "Ada Alan Barbara Claude Dennis Donald Edsger Frances Grace Hedy Jean John Karen Ken Leslie Linus Margaret Niklaus".split()
LASTS = "Allen Backus Dijkstra Hamilton Hopper Kay Knuth Lamarr Lamport Liskov Lovelace Ritchie Shannon Thompson Turing Wirth".split()
DOMAINS = ("example.com", "example.org", "example.net", "mail.example.cn", "post.example.de")
POSITIONS = (
    "ceo",
    "technical_director",
    "maintenance_director",
    "project_director",
    "finance_director",
    "other",
    "",
)
CATEGORIES = ("account", "product", "security", "exception", "activity", "service")

DAY = 24 * 3600 * 1000


@dataclasses.dataclass(frozen=True)
class Person:
    """A contact as every program knows it."""

    name: str
    email: str


def people(count):
    """So many people, always the same."""
    chance = random.Random(1)
    for number in range(count):
        domain = chance.choice(DOMAINS)
        if number % 2:
            name = chance.choice(FAMILIES) + "".join(chance.choices(GIVENS, k=chance.choice((1, 2))))
            yield Person(name, f"user{number}@{domain}")
        else:
            first, last = chance.choice(FIRSTS), chance.choice(LASTS)
            yield Person(first + last, f"{first.lower()}.{last.lower()}{number}@{domain}")


def fill_callsheet(program, environment, database, count, verified=True):
    """Makes a database of so many contacts with two subscriptions each, in the states of everyday use; with `verified=False`
    all of them wait for their first code."""
    subprocess.run([program, "list", "--db", database], env=environment, check=True, capture_output=True)
    now = int(time.time() * 1000)
    connection = sqlite3.connect(database, isolation_level=None)
    # It is filled once and thrown away: only the program that is measured has to be durable.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE account SET name = 'Example Ltd', introduced = 1")
    connection.executemany(
        "INSERT INTO contact (id, name, name_key, email, email_key, position, language, status, verified_at, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_contact_row(number, person, now, verified) for number, person in enumerate(people(count), 1)),
    )
    connection.executemany(
        "INSERT INTO subscription (contact_id, type) VALUES (?, ?)",
        ((number, CATEGORIES[(number + step) % 6]) for number in range(1, count + 1) for step in (0, 2)),
    )
    if verified:
        # One in ten has been sent a code that is still good.
        connection.execute(
            "INSERT INTO verification (contact_id, email, email_key, nonce, key_id, queued_at, sent_at, expires_at) "
            "SELECT id, email, email_key, zeroblob(16), (SELECT key_id FROM account), created_at, created_at, ?1 "
            "FROM contact WHERE status = 'code_sent'",
            (now + 3 * DAY,),
        )
    connection.execute("COMMIT")
    connection.close()


def write_table(path, count):
    """Writes a table to import of the same people, with two subscriptions each."""
    with open(path, "w", encoding="utf-8") as table:
        table.write("name,email,position,language,types\n")
        for number, person in enumerate(people(count)):
            types = " ".join(CATEGORIES[(number + step) % 6] for step in (0, 2))
            language = ("en", "zh-CN")[number % 2]
            table.write(f"{person.name},{person.email},{POSITIONS[number % len(POSITIONS)]},{language},{types}\n")


def let_wait(database):
    """After an import: one in ten waits for a code that was sent, and nobody is to be asked for a name."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE contact SET status = 'code_sent' WHERE id % 10 = 1")
    connection.execute(
        "INSERT INTO verification (contact_id, email, email_key, nonce, key_id, queued_at, sent_at, expires_at) "
        "SELECT id, email, email_key, zeroblob(16), (SELECT key_id FROM account), created_at, created_at, ?1 "
        "FROM contact WHERE status = 'code_sent'",
        (int(time.time() * 1000) + 3 * DAY,),
    )
    connection.execute("COMMIT")
    connection.close()


def entries(database):
    """How many entries the history has."""
    return _number(database, "SELECT count(*) FROM audit")


def sent(database):
    """How many mails were sent."""
    return _number(database, "SELECT count(*) FROM delivery WHERE state = 'sent'")


def wait_for_sent(database):
    """Waits for the first mail that is sent; how many were then."""
    end = time.monotonic() + 20
    while (count := sent(database)) == 0:
        if time.monotonic() > end:
            raise SystemExit("no mail is sent")
        time.sleep(0.005)
    return count


def _number(database, query):
    connection = sqlite3.connect(database, isolation_level=None, timeout=5)
    try:
        return connection.execute(query).fetchone()[0]
    finally:
        connection.close()


def subscribe_everybody(database, category):
    """Makes all contacts verified subscribers of a category."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT OR IGNORE INTO subscription (contact_id, type) SELECT id, ? FROM contact", (category,))
    connection.execute("UPDATE contact SET status = 'verified', verified_at = created_at WHERE status <> 'verified'")
    connection.execute("COMMIT")
    connection.close()


def fill_abook(addressbook, count):
    """Writes abook's address book of the same people."""
    with open(addressbook, "w", encoding="utf-8") as book:
        book.write("# abook addressbook file\n\n[format]\nprogram=abook\nversion=0.6.1\n\n")
        for number, person in enumerate(people(count)):
            book.write(f"[{number}]\nname={person.name}\nemail={person.email}\n\n")


def _contact_row(number, person, now, verified):
    status = "unverified" if not verified else ("code_sent" if number % 10 == 0 else "verified")
    return (
        number,
        person.name,
        unicodedata.normalize("NFKC", person.name).lower(),
        person.email,
        person.email,
        POSITIONS[number % len(POSITIONS)],
        "zh-CN" if number % 2 == 0 else "en",
        status,
        now - 30 * DAY if status == "verified" else None,
        now - DAY,
    )
