"""A bare Debian as far as it can be had: a throwaway copy of this machine, without what was set up in it.

Two programs in it are stand-ins: `systemctl` (nothing boots in there) and `apt-get` (there need not be a network; under
SMSDIALOG_REAL_APT=1 it is Debian's own, and the mail servers are purged first).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.e2e.daemons import CHECKOUT
from tests.install.document import INSTALL, Page
from tests.install.throwaway import Throwaway

HERE = Path(__file__).parent
SOURCES = "/usr/src/smsdialog"
REAL_APT = os.environ.get("SMSDIALOG_REAL_APT") == "1"
BARE = """
getent passwd smsdialog >/dev/null && deluser --quiet smsdialog 2>/dev/null
rm -rf /etc/smsdialog /var/lib/smsdialog /usr/src/smsdialog /etc/postfix/main.cf /etc/postfix/master.cf /etc/kannel/*
rm -f /var/mail/* /etc/nginx/sites-enabled/*
mkdir -p /var/log/kannel
"""
PURGE = (
    "DEBIAN_FRONTEND=noninteractive apt-get purge -y -qq postfix kannel kannel-extras nginx-light postgresql pipx curl"
)
# What asks another machine; and the lines as far as the last of them that fetches Debian's packages.
ONLINE = ("pip install", "pipx install")
FETCHING = re.compile(r"(?:.*\n)*.*\bapt-get .*\n")


class Machine(Throwaway):
    """One on which docs/install.md is followed."""

    def start(self) -> None:
        """Start, bare, with the sources where the page wants them."""
        super().start()
        if REAL_APT:
            self.run(PURGE, online=True)
        self.run(BARE)
        self.copy(CHECKOUT, SOURCES)
        for name in ("systemctl", *(() if REAL_APT else ("apt-get",))):
            text = (HERE / name).read_bytes()
            self.run(f"cat > /usr/local/sbin/{name} && chmod +x /usr/local/sbin/{name}", stdin=text)

    def follow(self, *titles: str, page: Page = INSTALL) -> str:
        """Type in the commands of these sections, those of each in one shell; what was shown."""
        return "".join(self._type(title, page.commands(title)) for title in titles)

    def _type(self, title: str, script: str) -> str:
        shown = f"## {title}\n"
        if REAL_APT and (fetching := FETCHING.match(script)):
            shown += self.run(fetching[0], online=True)
            script = script[fetching.end() :]
        return shown + self.run(script, online=any(word in script for word in ONLINE))
