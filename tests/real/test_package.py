"""The Debian package: installed into an empty root, used there, and removed without a trace."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

DEB = os.environ.get("CALLSHEET_DEB")


@unittest.skipUnless(DEB, "there is no package: cargo-deb cannot be had")
class Package(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name, "root")
        for part in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "etc"]:
            (self.root / part).mkdir(parents=True)
        (self.root / "var/lib/dpkg/status").touch()
        (self.root / "var/lib/dpkg/available").touch()
        self.home = pathlib.Path(folder.name, "home")
        self.home.mkdir()

    def dpkg(self, *arguments):
        # The root has no shell, so that scripts run outside it and are told where it is; nor has it libc.
        forced = ["--force-script-chrootless", "--force-depends", "--force-not-root", "--force-bad-path"]
        done = subprocess.run(
            ["dpkg", f"--root={self.root}", f"--log={self.home}/dpkg.log", *forced, *map(str, arguments)],
            capture_output=True,
            encoding="utf-8",
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def files(self):
        """What lies in the root but dpkg's own notes and the system's list of users."""
        found = (path.relative_to(self.root) for path in self.root.rglob("*") if not path.is_dir())
        return sorted(str(path) for path in found if not str(path).startswith(("var/lib/dpkg", "etc/")))

    def callsheet(self, *arguments):
        done = subprocess.run(
            [self.root / "usr/bin/callsheet", *arguments],
            capture_output=True,
            encoding="utf-8",
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_it_is_installed_used_and_removed(self):
        self.dpkg("--install", DEB)
        files = self.files()
        for expected in [
            "usr/bin/callsheet",
            "usr/lib/systemd/system/callsheet-deliver.service",
            "usr/lib/systemd/system/callsheet-serve.service",
            "usr/lib/sysusers.d/callsheet.conf",
            "usr/share/bash-completion/completions/callsheet",
            "usr/share/doc/callsheet/copyright",
            "usr/share/fish/vendor_completions.d/callsheet.fish",
            "usr/share/man/man1/callsheet.1.gz",
            "usr/share/zsh/vendor-completions/_callsheet",
        ]:
            self.assertIn(expected, files)

        self.callsheet("add", "--name", "王小明", "--email", "ming@example.org", "--types", "security")
        self.assertIn("ming@example.org", self.callsheet("list"))

        # A page for each command.
        listing = self.callsheet("--help").split("Commands:\n")[1].split("\n\n")[0]
        commands = {line.split()[0] for line in listing.splitlines()} - {"help"}
        pages = {name.removeprefix("usr/share/man/man1/") for name in files if "/man1/" in name}
        self.assertEqual(pages, {"callsheet.1.gz"} | {f"callsheet-{command}.1.gz" for command in commands})

        for unit in (self.root / "usr/lib/systemd/system").iterdir():
            self.assertIn("ExecStart=/usr/bin/callsheet ", unit.read_text())

        self.dpkg("--purge", "callsheet")
        self.assertEqual(self.files(), [])
        left = [path for path in (self.root / "usr").rglob("*")] if (self.root / "usr").exists() else []
        self.assertEqual(left, [])

    @unittest.skipUnless(shutil.which("systemd-sysusers"), "systemd-sysusers is not installed")
    def test_the_user_of_the_services_is_made(self):
        self.dpkg("--install", DEB)
        users = (self.root / "etc/passwd").read_text()
        self.assertIn("callsheet:", users)
        self.assertIn(":/var/lib/callsheet:", users)

    def test_it_can_be_installed_over_itself(self):
        self.dpkg("--install", DEB)
        before = self.files()
        self.dpkg("--install", DEB)
        self.assertEqual(self.files(), before)

    @unittest.skipUnless(shutil.which("bash"), "bash is not installed")
    def test_the_completion_is_where_bash_looks_for_it(self):
        self.dpkg("--install", DEB)
        script = self.root / "usr/share/bash-completion/completions/callsheet"
        done = subprocess.run(
            ["bash", "-c", f"PATH={self.root}/usr/bin:$PATH; source {script}; complete -p callsheet"],
            capture_output=True,
            encoding="utf-8",
        )
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
