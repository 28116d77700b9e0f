"""A Kannel of our own: bearerbox, the shipped smsbox groups, and a fake SMSC that the phones connect to."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.daemons import LOOPBACK, Daemon, free_port, listens, wait_for
from tests.e2e.phone import Phones
from tests.e2e.shipped import shipped

PASSWORD = "kannel-password"
TOKEN = "inbound-token"

# What an installation has beside the shipped groups: the core, and an operator.
KANNEL_CONF = """\
group = core
admin-port = {admin_port}
admin-interface = "127.0.0.1"
admin-password = {password}
smsbox-port = {smsbox_port}
smsbox-interface = "127.0.0.1"
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{base}/bearerbox.log"
log-level = 1
store-type = file
store-location = "{base}/store"

group = smsc
smsc = fake
smsc-id = phones
port = {phones_port}
connect-allow-ip = 127.0.0.1

include = "{base}/smsdialog.conf"
"""


class Kannel:
    """One instance below `base`, which makes its HTTP calls to `web_port`."""

    def __init__(self, base: Path, web_port: int) -> None:
        self.base = base
        self.web_port = web_port
        self.ports = {name: free_port() for name in ("admin_port", "smsbox_port", "phones_port")}
        self.sendsms_port = free_port()
        config = base / "kannel.conf"
        self.bearerbox = Daemon(["/usr/sbin/bearerbox", "-v", "1", "--", str(config)], base / "bearerbox.out")
        self.smsbox = Daemon(["/usr/sbin/smsbox", "-v", "1", "--", str(config)], base / "smsbox.out")
        self.phones: Phones | None = None

    @property
    def url(self) -> str:
        """Where SMS are asked for."""
        return f"http://{LOOPBACK}:{self.sendsms_port}/cgi-bin/sendsms"

    @property
    def toml(self) -> str:
        """The gateway as the product's configuration has it."""
        return (
            '[gateways.main]\ntype = "kannel"\n'
            f'url = "{self.url}"\nusername = "smsdialog"\npassword = "{PASSWORD}"\ntoken = "{TOKEN}"\n'
        )

    def start(self) -> Phones:
        """Write the configuration, start both boxes, and switch the phones on."""
        self._write_config()
        self.bearerbox.start(self.ports["admin_port"], self.ports["smsbox_port"], self.ports["phones_port"])
        self.phones = Phones(self.ports["phones_port"])
        self.start_smsbox()
        return self.phones

    def start_smsbox(self) -> None:
        """Open for requests, and wait until bearerbox knows of it."""
        self.smsbox.start(self.sendsms_port)

    def stop_smsbox(self) -> None:
        """Close for requests: the gateway is down as the product sees it."""
        self.smsbox.stop()
        wait_for(lambda: not listens(self.sendsms_port), "the end of smsbox")

    def stop(self) -> None:
        """Stop all of it; safe to call at any time, and twice."""
        if self.phones is not None:
            self.phones.close()
        self.smsbox.stop()
        self.bearerbox.stop()

    def _write_config(self) -> None:
        conf = KANNEL_CONF.format(base=self.base, password=PASSWORD, **self.ports)
        (self.base / "kannel.conf").write_text(conf)
        (self.base / "smsdialog.conf").write_text(shipped("kannel/smsdialog.conf", {
            "change-me-too": TOKEN,
            "password = change-me": f"password = {PASSWORD}",
            "bearerbox-host = 127.0.0.1": f"bearerbox-host = 127.0.0.1\nbearerbox-port = {self.ports['smsbox_port']}",
            "sendsms-port = 13013": f"sendsms-port = {self.sendsms_port}",
            "http://127.0.0.1:8080/": f"http://127.0.0.1:{self.web_port}/",
            "http-queue-delay = 10": "http-queue-delay = 1",
            "/var/log/kannel/smsbox.log": f"{self.base}/smsbox.log",
        }))  # fmt: skip
