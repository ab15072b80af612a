"""Mail servers that others wrote, as they run in the world: Postfix with Dovecot for its logins, and Exim.

Each is a context manager with configuration, queue and mailboxes in a temporary folder, on 127.0.0.1 with a free port. They are
unpacked, not installed (see `run`): the accounts that they insist on exist for them only (libnss_wrapper), and nothing of the
machine's own mail is touched. They need root, for they change to those accounts.
"""

import email
import os
import pathlib
import signal
import socket
import subprocess
import tempfile

from servers import DEADLINE, HOST, Authority, Mail, server_environment, unpacked, until

DOMAIN = "example.com"
LOGIN = ("notices", "open sesame")

# Accounts that exist for these servers only.
_ACCOUNTS = {"postfix": 64201, "postdrop": 64202, "Debian-exim": 64203, "vmail": 64204}

# As whom what stands behind a mailbox runs.
VMAIL = _ACCOUNTS["vmail"]


class _Foreign:
    """What they have in common: a folder that their accounts may pass, TLS, accounts, mailboxes, and their end."""

    def __init__(self, mailboxes):
        self._names = tuple(mailboxes)
        self._processes = []
        self._speaks_first = True

    def __enter__(self):
        # What they still do when they are told to end may add a file.
        self._temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.folder = pathlib.Path(self._temporary.name)
        self.folder.chmod(0o755)
        authority = Authority(self.folder)
        self.ca_file, self._certificate = str(authority.ca_file), authority.server_file
        self._environment = {**server_environment(), "LD_PRELOAD": str(unpacked("usr/lib/*/libnss_wrapper.so"))}
        for name, entry in (("passwd", "{0}:x:{1}:{1}::/nonexistent:/usr/sbin/nologin"), ("group", "{0}:x:{1}:")):
            known = pathlib.Path("/etc", name).read_text(encoding="utf-8").splitlines()
            lines = [line for line in known if line.partition(":")[0] not in _ACCOUNTS]
            lines += [entry.format(*account) for account in _ACCOUNTS.items()]
            path = self.folder / name
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            self._environment[f"NSS_WRAPPER_{name.upper()}"] = str(path)
        try:
            # Nobody can hand them a bound port; between finding and taking one, it may be lost to another process.
            until(self._starts, what=type(self).__name__)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(DEADLINE)
        self._temporary.cleanup()

    def mails(self, to=None):
        """What lies in one mailbox or in all, in the order in which it came, as it was delivered, with CRLF line ends."""
        found = []
        # Exim's names do not sort by time.
        for path in sorted(self.folder.glob("boxes/*/new/*"), key=lambda path: path.stat().st_mtime_ns):
            content = path.read_bytes().replace(b"\n", b"\r\n")
            fields = email.message_from_string(content.decode())
            sender = fields["Return-Path"].strip("<>")
            recipient = fields["Envelope-To"] or fields["X-Original-To"]
            found.append(Mail(sender, (recipient,), content))
        return [mail for mail in found if to is None or to in mail.recipients]

    def wait_for(self, count=1, to=None, seconds=DEADLINE):
        """Waits for so many mails and returns all that have come."""
        until(lambda: len(self.mails(to)) >= count, seconds, f"{count} mail(s) to {to or 'anybody'}\n{self.log()}")
        return self.mails(to)

    def log(self):
        """What the server says about itself."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("log*")) if path.is_file())

    def _own(self, path, account, mode=0o700):
        """Makes a folder of an account."""
        path.mkdir(exist_ok=True)
        os.chown(path, _ACCOUNTS[account], _ACCOUNTS[account])
        path.chmod(mode)

    def _run(self, *command, **environment):
        process = subprocess.Popen(
            [str(part) for part in command],
            env={**self._environment, **environment},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        return process

    def _starts(self):
        """Starts the server on a free port; false if that was lost to another process."""
        with socket.create_server((HOST, 0)) as free:
            self.port = free.getsockname()[1]
        process = self._start()
        until(lambda: process.poll() is not None or self._greets(), what=f"a greeting\n{self.log()}")
        return process.poll() is None

    def _greets(self):
        try:
            with socket.create_connection((HOST, self.port), 1) as client:
                return not self._speaks_first or client.recv(4).startswith(b"220")
        except OSError:
            return False


class Postfix(_Foreign):
    """Postfix that takes mail for the named mailboxes only, after STARTTLS and a login, which Dovecot checks.

    With `returns`, a program, it hands what comes to `bounces@…` to it as docs/mail.md says, run as the user `vmail`; and
    mail to the mailbox `gone` is taken and sent back later. `alias` is a command that gets what comes to `ALERTS`, as an
    entry of /etc/aliases that belongs to `vmail`.
    """

    ALERTS = "alerts@postfix.example.net"

    def __init__(self, mailboxes, returns=None, alias=None):
        super().__init__((*mailboxes, "bounces", "gone") if returns else mailboxes)
        self._returns = returns
        self._alias = alias

    def flush(self):
        """Tries again at once what was put off."""
        command = [unpacked("usr/sbin/postqueue"), "-c", self.folder / "conf", "-f"]
        self._run(*command, MAIL_CONFIG=str(self.folder / "conf")).wait(DEADLINE)

    def _start(self):
        self._start_dovecot()
        queue, conf = self.folder / "queue", self.folder / "conf"
        for folder in (queue, conf, queue / "pid"):
            folder.mkdir(exist_ok=True)
        for name in "active bounce corrupt defer deferred flush hold incoming private saved trace".split():
            self._own(queue / name, "postfix")
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            self._own(queue / name, "postfix", mode)
            os.chown(queue / name, -1, _ACCOUNTS["postdrop"])
        self._own(self.folder / "data", "postfix")
        self._own(self.folder / "boxes", "vmail")
        boxes = "".join(f"{name}@{DOMAIN} {name}/\n" for name in self._names)
        (conf / "boxes").write_text(boxes, encoding="utf-8")
        (conf / "main.cf").write_text(
            f"""
compatibility_level = 3.6
maillog_file = {self.folder}/log
maillog_file_prefixes = {self.folder}
queue_directory = {queue}
data_directory = {self.folder}/data
command_directory = {unpacked("usr/sbin")}
daemon_directory = {unpacked("usr/lib/postfix/sbin")}
meta_directory = {conf}
mail_owner = postfix
setgid_group = postdrop
default_privs = nobody
import_environment = MAIL_CONFIG TZ LD_LIBRARY_PATH LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.example.net
mydestination = {"$myhostname" if self._alias else ""}
local_recipient_maps =
alias_maps = {f"texthash:{conf}/aliases" if self._alias else ""}
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_maps = texthash:{conf}/boxes
virtual_mailbox_base = {self.folder}/boxes
virtual_minimum_uid = 100
virtual_uid_maps = static:{_ACCOUNTS["vmail"]}
virtual_gid_maps = static:{_ACCOUNTS["vmail"]}
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {self._certificate}
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {self.folder}/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
smtputf8_enable = no
message_size_limit = 20000000
virtual_mailbox_limit = 0
recipient_delimiter = +
transport_maps = texthash:{conf}/transport
callsheet_destination_recipient_limit = 1
""",
            encoding="utf-8",
        )
        routes = f"bounces@{DOMAIN} callsheet:\ngone@{DOMAIN} gone:\n"
        (conf / "transport").write_text(routes if self._returns else "", encoding="utf-8")
        # Whom the table belongs to runs its commands.
        (conf / "aliases").write_text(f'alerts "|{self._alias}"\n' if self._alias else "", encoding="utf-8")
        os.chown(conf / "aliases", VMAIL, VMAIL)
        gone = self.folder / "gone"
        gone.write_text(f"#!/bin/sh\nexit {os.EX_NOUSER}\n", encoding="utf-8")
        gone.chmod(0o755)
        (conf / "master.cf").write_text(
            f"""
{HOST}:{self.port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
virtual unix - n n - - virtual
local unix - n n - - local
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
error unix - - n - - error
retry unix - - n - - error
callsheet unix - n n - 1 pipe
  user=vmail argv={self._returns} receive --recipient ${{recipient}}
gone unix - n n - - pipe
  user=vmail argv={gone}
""",
            encoding="utf-8",
        )
        master = unpacked("usr/lib/postfix/sbin/master")
        return self._run(master, "-s", "-c", conf, MAIL_CONFIG=str(conf))

    def _start_dovecot(self):
        """Dovecot's login service and nothing else of it."""
        if self._processes:
            return  # It runs already, and Postfix has to look for another port.
        (self.folder / "users").write_text("{}:{{PLAIN}}{}\n".format(*LOGIN), encoding="utf-8")
        conf = self.folder / "dovecot.conf"
        conf.write_text(
            f"""
base_dir = {self.folder}/dovecot
state_dir = {self.folder}/dovecot
log_path = {self.folder}/log-dovecot
libexec_dir = {unpacked("usr/lib/dovecot")}
protocols =
listen = 127.0.0.1
ssl = no
default_internal_user = daemon
default_internal_group = daemon
default_login_user = nobody
import_environment = TZ LD_LIBRARY_PATH
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = {self.folder}/users
}}
service auth {{
  unix_listener {self.folder}/auth {{
    mode = 0666
  }}
}}
""",
            encoding="utf-8",
        )
        libraries = unpacked("usr/lib/dovecot")
        folders = [libraries, libraries / "modules", libraries / "modules/auth", libraries / "modules/old-stats"]
        # As dovecot would do itself if it were installed: doveconf reads the configuration and becomes the master.
        doveconf = [unpacked("usr/bin/doveconf"), "-c", conf, "-f", "service=master", "-m", "master", "-e"]
        self._run(*doveconf, unpacked("usr/sbin/dovecot"), "-F", "-c", conf, **server_environment(*folders))
        until((self.folder / "auth").is_socket, what=f"Dovecot\n{self.log()}")


class Exim(_Foreign):
    """Exim that takes mail for the named mailboxes only, after TLS and a login; SMTPUTF8 is offered.

    security: "starttls", or "tls" from the first byte.
    """

    def __init__(self, mailboxes, security="starttls"):
        super().__init__(mailboxes)
        self.security = security
        self._speaks_first = security == "starttls"

    def _start(self):
        for name in ("spool", "logs", "boxes"):
            self._own(self.folder / name, "Debian-exim")
        self._certificate.chmod(0o644)  # Nobody else's secret.
        conf = self.folder / "exim.conf"
        on_connect = f"tls_on_connect_ports = {self.port}" if self.security == "tls" else ""
        conf.write_text(
            f"""
exim_path = {unpacked("usr/sbin/exim4")}
exim_user = Debian-exim
exim_group = Debian-exim
never_users =
deliver_drop_privilege = true
spool_directory = {self.folder}/spool
log_file_path = {self.folder}/logs/%s
pid_file_path = {self.folder}/pid
primary_hostname = exim.example.net
local_interfaces = {HOST}
daemon_smtp_ports = {self.port}
{on_connect}
keep_environment = LD_LIBRARY_PATH : LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
tls_advertise_hosts = *
tls_certificate = {self._certificate}
tls_privatekey = {self._certificate}
smtp_accept_queue_per_connection = 0
host_lookup =
acl_smtp_rcpt = rcpt
acl_smtp_data = data
begin acl
rcpt:
  deny !authenticated = *
       message = 5.7.0 sign in first
  deny !local_parts = {" : ".join(self._names)}
       message = 5.1.1 no such mailbox here
  accept
data:
  accept
begin routers
box:
  driver = accept
  domains = {DOMAIN}
  local_parts = {" : ".join(self._names)}
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {self.folder}/boxes/$local_part_data
  maildir_format
  create_directory
  return_path_add
  envelope_to_add
  user = Debian-exim
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{LOGIN[0]}}}}}{{eq{{$auth3}}{{{LOGIN[1]}}}}}}}}}
  server_set_id = $auth2
  server_advertise_condition = ${{if def:tls_in_cipher}}
""",
            encoding="utf-8",
        )
        return self._run(unpacked("usr/sbin/exim4"), "-bdf", "-C", conf)

    def log(self):
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("logs/*")))
