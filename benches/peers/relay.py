"""A Postfix of our own that relays to a server on this machine, as a program would use it to get rid of its mail.

Its configuration, queue and accounts live in one folder and end with it; nothing of the machine's own mail is touched. It is
unpacked, not installed, and needs root, for it changes to its accounts, which exist for it only (libnss_wrapper).
"""

import os
import pathlib
import select
import signal
import socket
import subprocess
import time

from mail import DEADLINE, HOST, postfix

# Accounts that exist for this Postfix only.
_ACCOUNTS = {"postfix": 64211, "postdrop": 64212}
# Where a mail lies that is on its way, in the order of that way: so none is missed while it moves.
_WAITING = ("maildrop", "incoming", "active", "deferred")

_MAIN = """
compatibility_level = 3.6
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
meta_directory = {folder}/conf
mail_owner = postfix
setgid_group = postdrop
default_privs = nobody
import_environment = MAIL_CONFIG TZ LD_LIBRARY_PATH LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.example.net
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
relayhost = [{host}]:{to}
# Its own limits are off, so that it is as fast as it can be.
in_flow_delay = 0
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtp_connection_cache_on_demand = yes
smtp_destination_concurrency_limit = {connections}
initial_destination_concurrency = {connections}
"""

_MASTER = """
{host}:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
scache unix - - n - 1 scache
anvil unix - - n - 1 anvil
error unix - - n - - error
retry unix - - n - - error
"""


def obstacle(folder):
    """Why it cannot run with its data in this folder, if it cannot."""
    if os.geteuid() != 0:
        return "it needs root"
    if not _wrapper():
        return "libnss_wrapper is missing"
    if not all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents)):
        return f"its accounts cannot reach {folder}"
    return ""


def _wrapper():
    root = pathlib.Path(os.environ.get("PEERS_POSTFIX", "/nonexistent"))
    return next(root.glob("usr/lib/*/libnss_wrapper.so"), None)


class Postfix:
    """Takes every mail and relays it to the server at this port over so many connections at once."""

    def __init__(self, folder, to, connections):
        self.folder, self._to, self._connections = folder, to, connections

    def __enter__(self):
        _, self._environment = postfix("smtp-sink")
        self._environment["LD_PRELOAD"] = str(_wrapper())
        for name, entry in (("passwd", "{0}:x:{1}:{1}::/nonexistent:/usr/sbin/nologin"), ("group", "{0}:x:{1}:")):
            known = pathlib.Path("/etc", name).read_text(encoding="utf-8").splitlines()
            lines = [line for line in known if line.partition(":")[0] not in _ACCOUNTS]
            lines += [entry.format(*account) for account in _ACCOUNTS.items()]
            path = self.folder / name
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            self._environment[f"NSS_WRAPPER_{name.upper()}"] = str(path)
        self._make_queue()
        # Nobody can hand Postfix a bound port; between finding and taking one it may be lost to another process.
        for _ in range(5):
            with socket.create_server((HOST, 0)) as free:
                self.port = free.getsockname()[1]
            self._start()
            if self._greets():
                return self
            self.__exit__()
        raise SystemExit(f"Postfix does not start:\n{self._log()}")

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(DEADLINE)

    def wait_until_empty(self, seconds):
        """Waits until every mail that was taken has left."""
        end = time.monotonic() + seconds
        while any(self._files(name) for name in _WAITING):
            if self._files("deferred"):
                raise SystemExit(f"Postfix could not relay a mail:\n{self._log()}")
            if time.monotonic() > end:
                raise SystemExit(f"Postfix did not relay all mails in {seconds} s:\n{self._log()}")
            select.select([], [], [], 0.002)

    def _files(self, name):
        """Whether anything lies in this part of the queue, which may be divided into folders."""
        return any(files for _, _, files in os.walk(self.folder / "queue" / name))

    def _make_queue(self):
        for name in ("queue", "queue/pid", "conf"):
            (self.folder / name).mkdir()
        for name in "active bounce corrupt defer deferred flush hold incoming private saved trace".split():
            self._own(f"queue/{name}")
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            self._own(f"queue/{name}", mode)
            os.chown(self.folder / "queue" / name, -1, _ACCOUNTS["postdrop"])
        self._own("data")

    def _own(self, name, mode=0o700):
        path = self.folder / name
        path.mkdir()
        os.chown(path, _ACCOUNTS["postfix"], _ACCOUNTS["postfix"])
        path.chmod(mode)

    def _start(self):
        root, conf = os.environ["PEERS_POSTFIX"], self.folder / "conf"
        values = {"folder": self.folder, "root": root, "host": HOST, "port": self.port, "to": self._to}
        values["connections"] = self._connections
        (conf / "main.cf").write_text(_MAIN.format(**values), encoding="utf-8")
        (conf / "master.cf").write_text(_MASTER.format(**values), encoding="utf-8")
        self._process = subprocess.Popen(
            [f"{root}/usr/lib/postfix/sbin/master", "-s", "-c", str(conf)],
            env={**self._environment, "MAIL_CONFIG": str(conf)},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _greets(self):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with socket.create_connection((HOST, self.port), 1) as client:
                    client.settimeout(DEADLINE)
                    return client.recv(4).startswith(b"220")
            except ConnectionError:
                select.select([], [], [], 0.02)
        return False

    def _log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace")[-2000:] if path.exists() else "no log"
