"""Mail servers for the tests, each a context manager on 127.0.0.1 with a free port.

AiosmtpdServer keeps every mail with its envelope, over plain connections, STARTTLS or TLS, with or without a login.
SmtpSink is Postfix's test server, which refuses, delays or hangs up at any step. SlowOrSilentServer speaks correctly up
to one step and then waits. None of them listens elsewhere or outlives its `with` block.
"""

import asyncio
import dataclasses
import datetime
import getpass
import ipaddress
import logging
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "127.0.0.1"

# Seconds until a state that must come counts as missing. Far above what is needed, so that a busy machine fails nothing.
DEADLINE = 20.0

# What clients do wrong here, they do on purpose.
logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)


@dataclasses.dataclass(frozen=True)
class Mail:
    """A mail as it came in: envelope, content as on the wire without dot-stuffing, and how it came."""

    sender: str
    recipients: tuple
    content: bytes
    options: tuple = ()
    tls: str = ""
    user: str = ""


def until(state, seconds=DEADLINE, what="the expected state"):
    """Waits until `state()` is true and returns what it gave; fails after so many seconds."""
    never = threading.Event()
    end = time.monotonic() + seconds
    while True:
        found = state()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come in {seconds} s")
        never.wait(0.01)


class Authority:
    """A certificate authority of our own and one certificate for localhost and 127.0.0.1, as PEM files in a folder."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.ca_file = folder / "ca.pem"
        self.server_file = folder / "server.pem"
        now = datetime.datetime.now(datetime.timezone.utc)
        ca_key = ec.generate_private_key(ec.SECP256R1())
        ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])

        def certificate(subject, public_key):
            return (
                x509.CertificateBuilder()
                .subject_name(subject)
                .issuer_name(ca_name)
                .public_key(public_key)
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(hours=1))
                .not_valid_after(now + datetime.timedelta(days=1))
            )

        ca = (
            certificate(ca_name, ca_key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False)
            .sign(ca_key, hashes.SHA256())
        )
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
        server = (
            certificate(name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
            )
            .sign(ca_key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        self.ca_file.write_bytes(ca.public_bytes(pem))
        private = key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.server_file.touch(mode=0o600)
        self.server_file.write_bytes(private + server.public_bytes(pem))

    def server_context(self):
        """What a server needs to speak TLS with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server_file)
        return context

    def client_context(self):
        """What a client needs to trust this authority and no other."""
        return ssl.create_default_context(cafile=self.ca_file)


class AiosmtpdServer:
    """A server that accepts and keeps everything.

    security: "none", "starttls" (required before MAIL) or "tls" (from the first byte).
    login: (user, password), then AUTH is required; over "none" it is offered in clear.
    smtputf8: whether SMTPUTF8 is announced and accepted.
    refuse: address -> reply, given at RCPT.
    """

    def __init__(self, security="none", login=None, smtputf8=True, refuse=None):
        self.security = security
        self.login = login
        self.refuse = dict(refuse or {})
        self._smtputf8 = smtputf8
        self._mails = []
        self._arrived = threading.Condition()
        self._holding = threading.Event()
        self._releases = []

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        tls, starttls = None, None
        self.ca_file = None
        if self.security != "none":
            authority = Authority(self._folder.name)
            self.ca_file = str(authority.ca_file)
            if self.security == "tls":
                tls = authority.server_context()
            else:
                starttls = authority.server_context()
        self._controller = _BoundController(
            self,
            ssl_context=tls,
            tls_context=starttls,
            require_starttls=starttls is not None,
            enable_SMTPUTF8=self._smtputf8,
            server_hostname="sink.example.net",
            auth_required=self.login is not None,
            auth_require_tls=self.security == "starttls",
            authenticator=self._authenticate if self.login else None,
            ready_timeout=DEADLINE,
        )
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_):
        self.release()
        self._controller.stop()
        self._folder.cleanup()

    def mails(self, to=None):
        """What has come so far, to one address or to all, in order."""
        with self._arrived:
            return [mail for mail in self._mails if to is None or to in mail.recipients]

    def wait_for(self, count=1, to=None, seconds=DEADLINE):
        """Waits for so many mails and returns all that have come."""
        with self._arrived:
            enough = lambda: len(self.mails(to)) >= count  # noqa: E731
            if not self._arrived.wait_for(enough, seconds):
                seen = [mail.recipients for mail in self._mails]
                raise AssertionError(f"{count} mail(s) to {to or 'anybody'} did not come in {seconds} s; {seen}")
            return self.mails(to)

    def forget(self):
        """Begins anew: nothing has come."""
        with self._arrived:
            self._mails.clear()

    def hold(self):
        """From now on the reply to the dot is held back; the mail counts as arrived."""
        self._holding.set()

    def release(self):
        """Gives every reply that was held back, and holds no more."""
        self._holding.clear()
        with self._arrived:
            releases, self._releases = self._releases, []
        for release in releases:
            self._controller.loop.call_soon_threadsafe(release.set)

    # What follows is called by aiosmtpd, on its own thread.

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.refuse.get(address)
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        over = server.transport.get_extra_info("ssl_object")
        user = session.auth_data.decode() if session.auth_data else ""
        mail = Mail(
            envelope.mail_from,
            tuple(envelope.rcpt_tos),
            envelope.content,
            tuple(envelope.mail_options),
            over.version() if over else "",
            user,
        )
        release = asyncio.Event() if self._holding.is_set() else None
        with self._arrived:
            self._mails.append(mail)
            if release:
                self._releases.append(release)
            self._arrived.notify_all()
        if release:
            await release.wait()
        return "250 2.0.0 OK: kept"

    def _authenticate(self, server, session, envelope, mechanism, data):
        good = (
            mechanism in ("PLAIN", "LOGIN")
            and isinstance(data, LoginPassword)
            and (data.login.decode(), data.password.decode()) == tuple(self.login)
        )
        return AuthResult(success=good, handled=False, auth_data=data.login if good else None)


class _BoundController(Controller):
    """A controller whose port is bound before the server starts: free, and known."""

    def __init__(self, keeper, **parameters):
        self._socket = socket.create_server((HOST, 0))
        super().__init__(keeper, hostname=HOST, port=self._socket.getsockname()[1], **parameters)

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)


class SmtpSink:
    """Postfix's smtp-sink. Options as in its manual page, for example:

    -r RCPT (4xx), -f RCPT (5xx), -B "550 5.1.1 unknown" (the words of 5xx), -q . (hang up without a reply),
    -Q MAIL (421 and hang up), -w 3 (wait before the reply to DATA), -W .:2 (wait before the reply to the dot),
    -p (no PIPELINING).
    """

    def __init__(self, *options):
        self._options = options

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self._dump = pathlib.Path(self._folder.name, "mails")
        self._dump.mkdir()
        self._log = pathlib.Path(self._folder.name, "log")
        # Nobody can hand smtp-sink a bound port; between finding and taking one, it may be lost to another process.
        for _ in range(5):
            if self._start():
                return self
        raise AssertionError(f"smtp-sink does not start: {self._log.read_text(errors='replace')}")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(DEADLINE)
        self._folder.cleanup()

    def mails(self):
        """Every mail that was received whole, whatever was answered to its dot, in no particular order."""
        found = []
        for path in self._dump.iterdir():
            content = path.read_bytes()
            if content.endswith(b"\n\n"):
                found.append(_dumped(content))
        return found

    def wait_for(self, count=1, seconds=DEADLINE):
        """Waits for so many mails and returns all that have come."""
        until(lambda: len(self.mails()) >= count, seconds, f"{count} mail(s)")
        return self.mails()

    def _start(self):
        with socket.create_server((HOST, 0)) as free:
            self.port = free.getsockname()[1]
        command = [str(unpacked("usr/sbin/smtp-sink")), "-u", getpass.getuser(), "-d", f"{self._dump}/m."]
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [*command, *self._options, f"{HOST}:{self.port}", "256"],
                env=server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(lambda: self._process.poll() is not None or listens(self.port), what="smtp-sink")
        return self._process.poll() is None


class SlowOrSilentServer:
    """Speaks correctly up to a step, then waits before its reply: so many seconds, or for ever.

    step: "CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "." or "QUIT".
    `reached` is set when a client first waits there.
    """

    _REPLIES = {
        "CONNECT": b"220 slow.example.net ESMTP\r\n",
        "EHLO": b"250-slow.example.net\r\n250 PIPELINING\r\n",
        "HELO": b"250 slow.example.net\r\n",
        "MAIL": b"250 2.1.0 OK\r\n",
        "RCPT": b"250 2.1.5 OK\r\n",
        "DATA": b"354 go on\r\n",
        ".": b"250 2.0.0 OK\r\n",
        "RSET": b"250 2.0.0 OK\r\n",
        "NOOP": b"250 2.0.0 OK\r\n",
        "QUIT": b"221 2.0.0 bye\r\n",
    }

    def __init__(self, step, seconds=None):
        self._step = step
        self._seconds = seconds
        self._ending = threading.Event()
        self._connections = []
        self._threads = []
        self.reached = threading.Event()

    def __enter__(self):
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        # Closing alone does not wake the thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        for connection in self._connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # The client has hung up already.
        for thread in self._threads:
            thread.join()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(connection,))
            self._connections.append(connection)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection):
        with connection, connection.makefile("rb") as lines:
            try:
                self._reply(connection, "CONNECT")
                for line in lines:
                    verb = line.split(maxsplit=1)[0].decode("ascii", "replace").upper() if line.strip() else ""
                    if verb not in self._REPLIES:
                        connection.sendall(b"500 5.5.1 unknown command\r\n")
                        continue
                    self._reply(connection, verb)
                    if verb == "DATA":
                        for text in lines:
                            if text == b".\r\n":
                                break
                        self._reply(connection, ".")
                    if verb == "QUIT":
                        return
            except OSError:
                return  # The client hung up, or the test has ended.

    def _reply(self, connection, step):
        if step == self._step:
            self.reached.set()
            if self._ending.wait(self._seconds):
                raise ConnectionAbortedError
        connection.sendall(self._REPLIES[step])


def unpacked(path):
    """What lies at this path, which may be a pattern, among the servers that `run` has unpacked."""
    folder = os.environ.get("CALLSHEET_SERVERS")
    if not folder:
        raise AssertionError("CALLSHEET_SERVERS is missing: start the tests with tests/real/run")
    found = sorted(pathlib.Path(folder).glob(path))
    if not found:
        raise AssertionError(f"'{path}' is not among what was unpacked into {folder}")
    return found[0]


def server_environment(*libraries):
    """The environment in which an unpacked server finds its libraries, first those in these folders."""
    root = pathlib.Path(os.environ.get("CALLSHEET_SERVERS", ""))
    of_the_machine = sorted(root.glob("usr/lib/*-linux-gnu*")) + sorted(root.glob("lib/*-linux-gnu*"))
    folders = [*libraries, unpacked("usr/lib/postfix"), *of_the_machine]
    return {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": ":".join(map(str, folders))}


def listens(port):
    """Whether somebody listens on this port."""
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def _dumped(content):
    """A mail from smtp-sink's dump: X-… lines with the envelope, a Received field, the mail, an empty line."""
    sender, recipients, options = "", [], []
    rest = content[:-1]
    while rest.startswith((b"X-Client-", b"X-Helo-", b"X-Mail-", b"X-Rcpt-")):
        line, _, rest = rest.partition(b"\n")
        name, _, value = line.partition(b": ")
        first, *others = value.decode().split()
        if name == b"X-Mail-Args":
            sender, options = first.strip("<>"), others
        elif name == b"X-Rcpt-Args":
            recipients.append(first.strip("<>"))
    # smtp-sink's own Received field: one line and those that continue it.
    _, _, rest = rest.partition(b"\n")
    while rest.startswith(b"\t"):
        _, _, rest = rest.partition(b"\n")
    return Mail(sender, tuple(recipients), rest.replace(b"\n", b"\r\n"), tuple(options))
