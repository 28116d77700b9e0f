"""A smsd of our own with the shipped settings, and a modem that the phones are behind."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.daemons import LOOPBACK, Daemon, own, product_user
from tests.e2e.modem import Modem
from tests.e2e.shipped import shipped

FOLDERS = ("outgoing", "checked", "incoming", "report", "sent", "failed")


class SmsTools:
    """One instance below `base`; it runs as the product's user."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.spool = base / "spool"
        self.modem = Modem()
        self.daemon = Daemon(["/usr/sbin/smsd", f"-c{base}/smsd.conf", "-t"], base / "smsd.out", product_user())

    @property
    def toml(self) -> str:
        """The gateway as the product's configuration has it."""
        return (
            f'[gateways.main]\ntype = "smstools"\nspool = "{self.spool}"\n\n'
            '[gateways.main.receivers]\nGSM1 = "459192000001"\n'
        )

    def start(self, command: str) -> None:
        """Write the configuration, with that command in the eventhandler, and start."""
        user = product_user()
        for folder in ("run", "spool", *(f"spool/{name}" for name in FOLDERS)):
            own(self.base / folder, user)
        handler = self.base / "smstools-event"
        handler.write_text(shipped("smstools/smstools-event", {"exec smsdialog ": f"exec {command} "}))
        handler.chmod(0o755)
        (self.base / "smsd.conf").write_text(shipped("smstools/smsd.conf", {
            "/var/spool/sms": str(self.spool),
            "/var/log/smstools": f"{self.base}/run",
            "/var/run/smstools": f"{self.base}/run",
            "/etc/smsdialog/smstools-event": str(handler),
            "/dev/ttyUSB0": f"@{LOOPBACK}:{self.modem.port}",
            "delaytime = 2": "delaytime = 1\nerrorsleeptime = 1\nblocktime = 1",
            "incoming = yes\n# The numbers": "incoming = yes\nstartsleeptime = 0\nsend_retries = 1\n# The numbers",
        }))  # fmt: skip
        self.daemon.start()

    def stop(self) -> None:
        """Stop both."""
        self.daemon.stop()
        self.modem.close()

    def left(self, folder: str) -> list[str]:
        """What lies in a folder."""
        return sorted(path.name for path in (self.spool / folder).iterdir())
