"""OpenSSH's server and client on 127.0.0.1, with keys, accounts and a port of their own.

The server is unpacked, not installed (see `run`). Its administrators are accounts that every Debian system has and that are in
no use; for this server only they have a shell and are in a group of their own (libnss_wrapper). It needs root, for it
changes to those accounts.
"""

import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile

from callsheet import Tty
from servers import HOST, listens, server_environment, unpacked, until

# One signs in with a shell, the other gets one command.
ADMINISTRATOR, GUEST = "bin", "games"

_GROUP, _GROUP_ID, _SERVER_ID = "callsheet", 64206, 64205
# Compiled in: where the server locks up the process that speaks with strangers.
_EMPTY = pathlib.Path("/run/sshd")

_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/keys/%u
StrictModes no
UsePAM no
PasswordAuthentication no
# The worst case: the server passes on whatever a client sends.
AcceptEnv *
{manual}
"""

# What the manual says is in force: these are its blocks, with the program and the key that are here.
_MANUAL = pathlib.Path(__file__).resolve().parents[2] / "docs/ssh.md"
_COMMAND, _KEY = "/usr/bin/callsheet --restricted", "ssh-ed25519 AAAA… grace@laptop"


def why_not():
    """Why no server can be started here, or None."""
    return None if os.geteuid() == 0 else "OpenSSH's server needs root to change to the accounts of its users"


class SshServer:
    """A server that the administrators may use, the guest for `command` only; `binary` is copied to where they can run it."""

    def __init__(self, binary):
        self._binary = binary
        self._sessions = []
        self._process = None

    def __enter__(self):
        self._temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.folder = pathlib.Path(self._temporary.name)
        self.folder.chmod(0o755)
        self.callsheet = shutil.copy(self._binary, self.folder / "callsheet")
        self.shared = self.folder / "shared"
        self.shared.mkdir()
        os.chown(self.shared, 0, _GROUP_ID)
        self.shared.chmod(0o2770)
        self.database = self.shared / "callsheet.db"
        self.config_file = self.folder / "callsheet.toml"
        # In the configuration, not on the command line, where it would win over the environment in any case.
        self.config_file.write_text(f"database = '{self.database}'\n", encoding="utf-8")
        self.restricted = f"{self.callsheet} --restricted --config {self.config_file}"
        self._made_empty = not _EMPTY.exists()
        _EMPTY.mkdir(mode=0o755, exist_ok=True)
        try:
            self._make_keys()
            self._environment = {**server_environment(), **self._accounts()}
            # Nobody can hand it a bound port; between finding and taking one, it may be lost to another process.
            until(self._starts, what="OpenSSH's server")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for session in self._sessions:
            session.close()
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        if self._made_empty:
            _EMPTY.rmdir()
        self._temporary.cleanup()

    def open(self, user, *command, key="key", options=(), environment=(), columns=100, rows=30):
        """Signs in with a terminal and asks for a command."""
        session = Tty(
            self._client(user, key, ("-tt", *options), command),
            {**self._own_environment(), **dict(environment)},
            self.folder,
            columns,
            rows,
        )
        self._sessions.append(session)
        return session

    def run(self, user, *command, key="key"):
        """Signs in without a terminal; returns exit code and what was said."""
        done = subprocess.run(
            self._client(user, key, ("-T",), command),
            env=self._own_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    def screens(self, user):
        """The processes of the program that run as this user."""
        number = pwd.getpwnam(user).pw_uid
        return {pid for pid in _processes() if _is(pid, self.callsheet, number)}

    def _client(self, user, key, options, command):
        known = ("-F", "none", "-o", f"UserKnownHostsFile={self.folder}/known", "-o", "StrictHostKeyChecking=yes")
        sign_in = ("-o", "IdentitiesOnly=yes", "-i", f"{self.folder}/{key}", "-p", str(self._port), f"{user}@{HOST}")
        return [str(unpacked("usr/bin/ssh")), *known, *options, *sign_in, *map(str, command)]

    @staticmethod
    def _own_environment():
        return {**server_environment(), "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": "/nonexistent"}

    def _make_keys(self):
        """Of the server, of everybody, and one that is good for the restricted screen only, whoever signs in with it."""
        for name in ("host_key", "key", "restricted_key"):
            make = (unpacked("usr/bin/ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.folder / name)
            subprocess.run(make, env=server_environment(), check=True)
        public = lambda name: (self.folder / f"{name}.pub").read_text(encoding="utf-8")
        keys = self.folder / "keys"
        keys.mkdir()
        for user in (ADMINISTRATOR, GUEST):
            line = _block_with(_KEY).replace(_COMMAND, self.restricted).replace(_KEY, public("restricted_key"))
            (keys / user).write_text(public("key") + line, encoding="utf-8")

    def _accounts(self):
        passwd, group = self.folder / "passwd", self.folder / "group"
        lines = pathlib.Path("/etc/passwd").read_text(encoding="utf-8").splitlines()
        known = {line.partition(":")[0]: line.split(":") for line in lines}
        for user in (ADMINISTRATOR, GUEST):
            known[user][5:] = [str(self._make_home(user)), "/bin/sh"]
        known["sshd"] = ["sshd", "x", str(_SERVER_ID), "65534", "", str(_EMPTY), "/usr/sbin/nologin"]
        passwd.write_text("".join(":".join(fields) + "\n" for fields in known.values()), encoding="utf-8")
        shared = f"{_GROUP}:x:{_GROUP_ID}:{ADMINISTRATOR},{GUEST}\n{_GROUP}-guests:x:{_GROUP_ID + 1}:{GUEST}\n"
        group.write_text(pathlib.Path("/etc/group").read_text(encoding="utf-8") + shared, encoding="utf-8")
        wrapper = str(unpacked("usr/lib/*/libnss_wrapper.so"))
        return {"LD_PRELOAD": wrapper, "NSS_WRAPPER_PASSWD": str(passwd), "NSS_WRAPPER_GROUP": str(group)}

    def _make_home(self, user):
        """A folder that is the user's own and nobody else's: what the program keeps for them is in it."""
        home, entry = self.folder / "home" / user, pwd.getpwnam(user)
        home.mkdir(mode=0o700, parents=True)
        os.chown(home, entry.pw_uid, entry.pw_gid)
        return home

    def _starts(self):
        with socket.create_server((HOST, 0)) as free:
            self._port = free.getsockname()[1]
        config, log = self.folder / "sshd_config", self.folder / "sshd.log"
        manual = _block_with("ForceCommand").replace(_COMMAND, self.restricted)
        text = _CONFIG.format(port=self._port, folder=self.folder, manual=manual)
        config.write_text(text, encoding="utf-8")
        host_key = (self.folder / "host_key.pub").read_text(encoding="utf-8")
        (self.folder / "known").write_text(f"[{HOST}]:{self._port} {host_key}", encoding="utf-8")
        command = [str(unpacked("usr/sbin/sshd")), "-D", "-f", str(config), "-E", str(log)]
        self._process = subprocess.Popen(command, env=self._environment, stdin=subprocess.DEVNULL)
        until(lambda: self._process.poll() is not None or listens(self._port), what="the port of OpenSSH's server")
        if self._process.poll() is None:
            return True
        said = log.read_text(encoding="utf-8") if log.exists() else ""
        if "Address already in use" not in said:
            raise AssertionError(f"OpenSSH's server did not start:\n{said}")
        return False


def _block_with(words):
    """The block of the manual in which these words are."""
    blocks = _MANUAL.read_text(encoding="utf-8").split("```text\n")[1:]
    return next(block.partition("```")[0] for block in blocks if words in block)


def _processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _is(pid, program, user):
    try:
        return os.readlink(f"/proc/{pid}/exe") == str(program) and os.stat(f"/proc/{pid}").st_uid == user
    except OSError:
        return False  # It has ended.
