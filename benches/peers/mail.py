"""Mail servers on 127.0.0.1 to measure against: Postfix's smtp-sink, which takes everything as fast as it can, and a server that
counts how often the client waits for it."""

import getpass
import os
import re
import select
import shutil
import socket
import subprocess
import threading
import time

HOST = "127.0.0.1"
DEADLINE = 20.0


def postfix(tool):
    """The path of one of Postfix's tools and the environment that it needs."""
    folder = os.environ.get("PEERS_POSTFIX", "")
    path = f"{folder}/usr/sbin/{tool}" if folder else shutil.which(tool, path="/usr/sbin:/usr/bin")
    if not path or not os.access(path, os.X_OK):
        raise SystemExit(f"{tool} is missing: start this with benches/peers/run")
    return path, {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": f"{folder}/usr/lib/postfix"}


class SmtpSink:
    """Postfix's smtp-sink: PIPELINING, every mail accepted, nothing kept."""

    def __enter__(self):
        path, environment = postfix("smtp-sink")
        # Nobody can hand smtp-sink a bound port; between finding and taking one it may be lost to another process.
        for _ in range(5):
            with socket.create_server((HOST, 0)) as free:
                self.port = free.getsockname()[1]
            self._process = subprocess.Popen(
                [path, "-u", getpass.getuser(), f"{HOST}:{self.port}", "256"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if self._listens():
                return self
        raise SystemExit("smtp-sink does not start")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()

    def _listens(self):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                socket.create_connection((HOST, self.port), 1).close()
                return True
            except OSError:
                select.select([], [], [], 0.01)
        return False


def smtp_source(port, connections, mails, size):
    """Mails per second of Postfix's smtp-source, which keeps its connections open and records nothing."""
    path, environment = postfix("smtp-source")
    command = [path, "-d", "-s", connections, "-m", mails, "-l", size]
    command += ["-f", "notices@example.com", "-t", "somebody@example.org", f"{HOST}:{port}"]
    began = time.perf_counter()
    subprocess.run([str(part) for part in command], env=environment, check=True, timeout=120)
    return mails / (time.perf_counter() - began)


class CountingServer:
    """Accepts everything with PIPELINING over one connection after another and counts turns: replies after which the client had
    nothing more under way. It waits a moment before it replies, so that what was sent together is answered together."""

    WAIT = 0.01

    def __init__(self):
        self.mails = 0
        # Turns from the first MAIL on, the farewell left out.
        self.turns = 0
        self.octets = 0

    def __enter__(self):
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        # Closing alone does not wake the thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(DEADLINE)
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._talk(connection)

    def _talk(self, connection):
        connection.sendall(b"220 counting.example.net ESMTP\r\n")
        waiting, in_body = b"", False
        while True:
            data = connection.recv(1 << 16)
            while data and select.select([connection], [], [], self.WAIT)[0]:
                more = connection.recv(1 << 16)
                if not more:
                    break
                data += more
            if not data:
                return
            replies, verbs = [], []
            waiting += data
            while True:
                if in_body:
                    body, end, rest = waiting.partition(b"\r\n.\r\n")
                    if not end:
                        break
                    in_body, waiting = False, rest
                    self.mails += 1
                    self.octets += len(body) + 2
                    verbs.append("DOT")
                    replies.append(b"250 2.0.0 OK\r\n")
                    continue
                line, end, rest = waiting.partition(b"\r\n")
                if not end:
                    break
                waiting = rest
                verb = re.split(rb"[ :]", line, maxsplit=1)[0].upper().decode("ascii", "replace")
                verbs.append(verb)
                in_body = verb == "DATA"
                replies.append(
                    {
                        "EHLO": b"250-counting.example.net\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
                        "DATA": b"354 go on\r\n",
                        "QUIT": b"221 2.0.0 bye\r\n",
                    }.get(verb, b"250 2.0.0 OK\r\n")
                )
            if replies:
                connection.sendall(b"".join(replies))
                self.turns += bool({"RSET", "MAIL", "RCPT", "DATA", "DOT"} & set(verbs))
            if "QUIT" in verbs:
                return
