"""The gateways of an installation: each type is one module of this package.

To add a type, add one module `TYPE.py` with a function `create(table, config)`; see `_base` for what
it returns. Modules whose name begins with an underscore are no types.
"""

from __future__ import annotations

import importlib
import pkgutil

from smsdialog.config import Config
from smsdialog.core.model import OutboundSms
from smsdialog.errors import ConfigError, NotFound
from smsdialog.gateways._base import (
    Accepted,
    Gateway,
    HttpRequest,
    HttpResponse,
    Later,
    Outcome,
    Refused,
    Reply,
    Unknown,
    WebCall,
)

__all__ = ["Accepted", "Gateway", "Gateways", "Later", "Outcome", "Refused", "Reply", "Unknown", "WebCall", "types"]


def types() -> tuple[str, ...]:
    """The names of the gateway types."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


class Gateways:
    """The configured gateways by name, and which one carries an SMS to a number."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._made: dict[str, Gateway] = {}

    def named(self, name: str) -> Gateway:
        """The gateway of that name. Raises NotFound or ConfigError."""
        if name not in self._config.gateways:
            raise NotFound(f"there is no gateway '{name}'")
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Gateway:
        table = self._config.gateways[name]
        if table.type not in types():
            where = f"{self._config.source}: 'gateways.{name}.type'"
            raise ConfigError(f"{where} is '{table.type}'; expected one of {', '.join(types())}")
        gateway: Gateway = importlib.import_module(f"{__name__}.{table.type}").create(table, self._config)
        return gateway

    def check(self) -> None:
        """Read every gateway's table. Raises ConfigError."""
        for name in self._config.gateways:
            self.named(name)

    def route(self, peer: str) -> tuple[str, ...]:
        """The gateways that carry SMS to a number, in order: by the longest matching prefix, else the first one."""
        matching = [route for route in self._config.routes if peer.startswith(route.prefix)]
        if matching:
            return max(matching, key=lambda route: len(route.prefix)).gateways
        return (self._config.default_gateway,)

    def send(self, name: str, sms: OutboundSms) -> Outcome:
        """Hand one SMS to a gateway; never raises for what a provider or a network can do."""
        try:
            gateway = self.named(name)
        except NotFound as error:  # it was taken out of the configuration since
            return Later(str(error))
        return gateway.send(sms, _perform)


def _perform(request: HttpRequest) -> HttpResponse:
    from smsdialog.gateways import _client  # requests costs a tenth of a second; `file` does without

    return _client.perform(request)
