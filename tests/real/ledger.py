"""A server that takes every mail and writes it down, and the judge who compares that with what the program says.

What counts is what the server has read whole, dot included, whether or not its reply reached anybody.
"""

import collections
import dataclasses
import re
import socket
import threading

from servers import DEADLINE, HOST


class Ledger:
    """Takes mail on any number of connections. `arrivals` counts for each Message-ID how often it was read whole."""

    _MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)

    def __init__(self):
        self.arrivals = collections.Counter()
        self._changed = threading.Condition()
        self._open = 0
        self._accepted = 0
        self._connections = []

    def __enter__(self):
        self._listener = socket.create_server((HOST, 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(self, *_):
        # Closing alone does not wake the thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        with self._changed:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # It has ended already.
            self._changed.wait_for(lambda: self._open == 0, DEADLINE)

    @property
    def total(self):
        with self._changed:
            return self.arrivals.total()

    def wait_for(self, total, seconds=DEADLINE):
        """Waits until so many mails were read, repeated ones included; false if they did not come."""
        with self._changed:
            return self._changed.wait_for(lambda: self.arrivals.total() >= total, seconds)

    def wait_until_quiet(self):
        """Waits until everything that dead clients have sent was read: nobody is connected or waits to be."""
        with socket.create_connection((HOST, self.port), DEADLINE) as last:
            # Connections are accepted in the order in which they were made.
            if not last.recv(100).startswith(b"220 "):
                raise AssertionError("the ledger does not answer")
        with self._changed:
            if not self._changed.wait_for(lambda: self._open == 0, DEADLINE):
                raise AssertionError(f"{self._open} connection(s) did not end")

    def forget(self):
        """Begins a new page."""
        with self._changed:
            self.arrivals.clear()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._changed:
                self._open += 1
                self._connections.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection.makefile("rb") as lines:
                self._converse(connection, lines)
        except OSError:
            pass  # The client was killed.
        finally:
            connection.close()
            with self._changed:
                self._connections.remove(connection)
                self._open -= 1
                self._changed.notify_all()

    def _converse(self, connection, lines):
        connection.sendall(b"220 ledger.example.net ESMTP\r\n")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                connection.sendall(b"354 go on\r\n")
                mail = bytearray()
                for text in lines:
                    if text == b".\r\n":
                        break
                    mail += text
                else:
                    return  # It broke off before the dot.
                self._write_down(bytes(mail))
                connection.sendall(b"250 2.0.0 written down\r\n")
            elif verb == b"EHLO":
                connection.sendall(b"250-ledger.example.net\r\n250 PIPELINING\r\n")
            elif verb == b"QUIT":
                connection.sendall(b"221 2.0.0 bye\r\n")
                return
            else:
                connection.sendall(b"250 2.0.0 OK\r\n")

    def _write_down(self, mail):
        found = self._MESSAGE_ID.search(mail)
        message_id = found.group(1).decode() if found else "none"
        with self._changed:
            self.arrivals[message_id] += 1
            self._changed.notify_all()


@dataclasses.dataclass(frozen=True)
class Findings:
    """What the outbox and the ledger disagree about, as Message-IDs; nothing else may be in `unknown`."""

    lost: tuple
    undeclared: tuple
    unsent: tuple
    unknown: tuple
    declared: int

    @property
    def faults(self):
        """In words, one line each; empty if all is well."""
        found = {
            "never arrived": self.lost,
            "arrived more than once without a word about it": self.undeclared,
            "not said to be sent": self.unsent,
            "arrived but is in no outbox": self.unknown,
        }
        return [f"{len(ids)} {what}: {', '.join(ids[:5])}" for what, ids in found.items() if ids]


def judge(deliveries, ledger):
    """Compares an outbox in which everything should have ended with what arrived."""
    arrivals = dict(ledger.arrivals)
    states = {delivery["message_id"]: delivery for delivery in deliveries}
    lost = [known for known in states if not arrivals.get(known)]
    twice = [known for known in states if arrivals.get(known, 0) > 1]
    return Findings(
        lost=tuple(lost),
        undeclared=tuple(known for known in twice if not states[known]["maybe_sent"]),
        unsent=tuple(known for known in states if states[known]["state"] != "sent"),
        unknown=tuple(known for known in arrivals if known not in states),
        declared=len([known for known in twice if states[known]["maybe_sent"]]),
    )
