"""The resident beside Postfix, and Postfix with the lines that are shipped for it."""

from __future__ import annotations

import grp
import shutil
import subprocess
from pathlib import Path

from tests.e2e.daemons import LOOPBACK, Daemon, free_port, product_user, wait_for
from tests.e2e.installation import Installation
from tests.e2e.postfix import SHIPPED_FOLDER, Postfix
from tests.e2e.shipped import shipped

CONFIGURATION = """\
domain = "sendmailsms.dk"
state_dir = "{base}/state"
language = "en"
[mail]
sendmail = ["/bin/true"]
[gateways.main]
type = "file"
path = "{base}/state/outbox.jsonl"
[serve]
lmtp = "{base}/run/lmtp.sock"
policy = "{policy}"
"""


class Served:
    """An installation and its resident, which can be stopped and started."""

    def __init__(self, base: Path, programs: Path) -> None:
        base.mkdir()
        self.base = base
        self.policy = f"{LOOPBACK}:{free_port()}"
        run = base / "run"
        run.mkdir()
        shutil.chown(run, product_user(), grp.getgrnam("postfix").gr_gid)
        run.chmod(0o2750)  # as `adduser postfix smsdialog` would have it, with Postfix's group in our group's place
        self.installation = Installation(base, programs, self._configuration())
        command = [str(programs / "smsdialog"), "--config", str(self.installation.config), "serve"]
        self.daemon = self._daemon(command)

    def start(self) -> None:
        self.daemon.start(int(self.policy.rpartition(":")[2]), timeout=30)
        wait_for((self.base / "state" / "pipe.sock").exists, "the pipe's socket", explain=self.daemon.tail)

    def stop(self) -> None:
        process = self.daemon.process
        if process:
            process.terminate()
            process.wait(60)
        self.daemon.stop()

    def sms(self) -> list[str]:
        """The customers that were texted, in their order."""
        return [message["peer"] for message in self.installation.messages(state="sent")]

    def _configuration(self) -> str:
        return CONFIGURATION.format(base=self.base, policy=self.policy)

    def _daemon(self, command: list[str]) -> Daemon:
        return Daemon(command, self.base / "serve.log", product_user())


class ServedPostfix(Postfix):
    """The pipe, and the door."""

    def __init__(self, base: Path, served: Served) -> None:
        base.mkdir()
        super().__init__(base, served.installation.deliver_command)
        self.served = served

    def _main_cf(self) -> str:
        return super()._main_cf() + shipped("postfix/resident/main.cf", {"127.0.0.1:10044": self.served.policy})


class LmtpPostfix(ServedPostfix):
    """LMTP instead of the pipe, with the door or, `probing`, with Postfix's own probes of recipients."""

    probing = False

    def _main_cf(self) -> str:
        if not self.probing:
            return super()._main_cf()
        probes = "smtpd_recipient_restrictions = reject_unverified_recipient\nunverified_recipient_reject_code = 550\n"
        return Postfix._main_cf(self) + probes

    def _master_cf(self) -> str:
        return shipped("postfix/lmtp/master.cf", {})

    def _write_tables(self) -> None:
        super()._write_tables()
        socket = f"{self.served.base}/run/lmtp.sock"
        transport = shipped("postfix/lmtp/transport", {"/run/smsdialog/lmtp.sock": socket})
        (self.config / "transport").write_text(transport)


class ProbingPostfix(LmtpPostfix):
    probing = True


def reload(postfix: Postfix) -> None:
    subprocess.run(["/usr/sbin/postfix", "-c", str(postfix.config), "reload"], check=True, capture_output=True)


__all__ = ["SHIPPED_FOLDER", "LmtpPostfix", "ProbingPostfix", "Served", "ServedPostfix", "reload"]
