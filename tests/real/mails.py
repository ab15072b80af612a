"""Reads a mail as a recipient's program would, and says what is wrong with it."""

import datetime
import email
import email.errors
import email.policy
import re

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

# RFC 5322 2.1.1: a line has at most 998 octets before its CRLF.
MOST_OCTETS = 998


def read(mail):
    """The mail as Python's parser sees it; headers may be UTF-8 (RFC 6532)."""
    if _head(mail.content).isascii():
        return email.message_from_bytes(mail.content, policy=email.policy.default)
    return email.message_from_string(mail.content.decode(), policy=email.policy.default)


def text(mail):
    """The plain text, decoded."""
    return read(mail).get_body(("plain",)).get_content()


def html(mail):
    """The HTML, decoded."""
    return read(mail).get_body(("html",)).get_content()


def message_id(mail):
    return read(mail)["Message-ID"]


def code(mail):
    """The verification code in the text."""
    found = CODE.findall(text(mail))
    if len(set(found)) != 1:
        raise AssertionError(f"one code expected, found {found} in:\n{text(mail)}")
    return found[0]


def link(mail, kind):
    """The link in the text whose path has this part, "v" or "u"; the HTML has the same one."""
    found = re.findall(rf"https?://\S+/{kind}/\d+\.[\w-]+", text(mail))
    if len(set(found)) != 1 or found[0] not in html(mail):
        raise AssertionError(f"one link expected, found {found} in:\n{text(mail)}")
    return found[0]


def is_chinese(mail):
    """Whether subject, text and HTML are all in Chinese; fails if only some are."""
    parts = (str(read(mail)["Subject"]), text(mail), html(mail))
    chinese = [bool(CHINESE.search(part)) for part in parts]
    if len(set(chinese)) != 1:
        raise AssertionError(f"subject, text and HTML differ in language: {chinese}")
    return chinese[0]


def faults(mail, sender, domain):
    """Everything that is wrong with a mail of ours: sender is the address in From, domain that of the Message-ID. All of it is
    7-bit; only an address outside of ASCII may stand in its header as it is (RFC 6532).
    """
    return [*_wire_faults(mail), *_header_faults(mail, sender, domain), *_body_faults(read(mail))]


def _head(content):
    return content.partition(b"\r\n\r\n")[0]


def _wire_faults(mail):
    content = mail.content
    if re.search(rb"\r(?!\n)|(?<!\r)\n", content):
        yield "a bare CR or LF"
    if b"\0" in content:
        yield "a NUL"
    longest = max(len(line) for line in content.split(b"\r\n"))
    if longest > MOST_OCTETS:
        yield f"a line of {longest} octets"
    head = _head(content)
    if not head.isascii() and all(recipient.isascii() for recipient in mail.recipients):
        yield "a header that is not ASCII"
    if not content[len(head) :].isascii():
        yield "a body that is not 7-bit"


def _header_faults(mail, sender, domain):
    message = read(mail)
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted"):
        if len(message.get_all(name, [])) != 1:
            yield f"{name} is there {len(message.get_all(name, []))} times"
            return
    for name, value in message.items():
        for defect in getattr(value, "defects", ()):
            # What Python calls a defect is what RFC 6532 is for.
            if not isinstance(defect, email.errors.NonASCIILocalPartDefect) or mail.recipients[0].isascii():
                yield f"{name}: {defect!r}"
    if [address.addr_spec for address in message["From"].addresses] != [sender]:
        yield f"From is {message['From']}"
    if [address.addr_spec for address in message["To"].addresses] != list(mail.recipients):
        yield f"To is {message['To']}, the envelope says {mail.recipients}"
    if len(mail.recipients) != 1:
        yield f"one recipient expected: {mail.recipients}"
    if not re.fullmatch(rf"<[^<>@\s]+@{re.escape(domain)}>", message["Message-ID"]):
        yield f"Message-ID is {message['Message-ID']}"
    if message["Auto-Submitted"] != "auto-generated":
        yield f"Auto-Submitted is {message['Auto-Submitted']}"
    date = message["Date"].datetime
    if date is None or date.tzinfo is None:
        yield f"Date is {message['Date']}"
    elif abs(datetime.datetime.now(datetime.timezone.utc) - date) > datetime.timedelta(minutes=10):
        yield f"Date is not now: {message['Date']}"


def _body_faults(message):
    if message.get_content_type() != "multipart/alternative":
        yield f"the whole is {message.get_content_type()}"
        return
    types = [part.get_content_type() for part in message.iter_parts()]
    if types != ["text/plain", "text/html"]:
        yield f"the parts are {types}"
    for part in message.walk():
        for defect in part.defects:
            yield f"{part.get_content_type()}: {defect!r}"
    for part in message.iter_parts():
        content = part.get_content()
        if not content.strip():
            yield f"{part.get_content_type()} is empty"
        if "\ufffd" in content:
            yield f"{part.get_content_type()} does not decode"
        # Also what a template leaves behind when a value is missing.
        for left in ("{{", "}}", "{%", "undefined"):
            if left in content:
                yield f"{part.get_content_type()} holds '{left}'"
