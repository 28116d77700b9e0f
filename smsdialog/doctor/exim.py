"""An Exim as it is configured, asked by its own `-bP`, `-bt` and `-be`.

Which one it is, `mail.sendmail` says: a sendmail that is Exim, with `-C FILE` for another configuration than its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from smsdialog.doctor.finding import quoted
from smsdialog.doctor.programs import Ran, run

MACROS = "/etc/exim4/conf.d/main/000_smsdialog"
TRANSPORTS = "/etc/exim4/conf.d/transport/50_smsdialog"
APPLY = "update-exim4.conf && systemctl restart exim4"
# A mailbox or a command that an alias names has a transport, and no router of its own.
_ROUTED = re.compile(r"(?:router = (\S+), )?\btransport = (\S+)")


@dataclass(frozen=True)
class Exim:
    """One instance: its program, and what names its configuration."""

    program: str
    named: tuple[str, ...] = ()

    @cached_property
    def trouble(self) -> str:
        """Why it cannot be asked; empty when it can."""
        ran = self._ask("-bP", "trusted_users")
        return "" if ran.status == 0 and "=" in ran.out else (ran.complaint or ran.out or "it does not answer")[:200]

    def setting(self, name: str) -> str:
        """A main option's value."""
        return self._ask("-bP", name).out.partition("=")[2].strip()

    def transport(self, name: str) -> dict[str, str]:
        """The options of a transport; a switch is `on` or `off`."""
        found = {}
        for line in self._ask("-bP", "transport", name).out.splitlines():
            option, equals, value = line.partition("=")
            option = option.strip()
            if equals:
                found[option] = value.strip()
            else:
                found[option.removeprefix("no_")] = "off" if option.startswith("no_") else "on"
        return found

    def route(self, address: str) -> tuple[str, str, str]:
        """Where an address goes: the address that it becomes, router and transport; empty words for nowhere."""
        told = self._ask("-bt", address).out
        routed = _ROUTED.search(told)
        final = next((line.split()[0] for line in told.splitlines() if "@" in line), "")
        return (final, routed[1] or "", routed[2]) if routed else ("", "", "")

    def takes_mail_for(self, domain: str) -> bool | None:
        """Whether its lists of local and relay domains have a domain; None where it has no lists of these names."""
        asked = f"${{if match_domain{{{domain}}}{{+local_domains:+relay_to_domains}}{{yes}}{{no}}}}"
        return {"yes": True, "no": False}.get(self._ask("-be", asked).out.strip())

    def command(self, *arguments: str) -> str:
        """A command of it, for the operator to paste."""
        return quoted(self.program, *self.named, *arguments)

    def _ask(self, *arguments: str) -> Ran:
        return run(self.program, *self.named, *arguments)
