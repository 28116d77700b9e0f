"""What every use case is given: the configuration, the store, the gateways, the mailer, and the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from smsdialog import secret
from smsdialog.config import Config
from smsdialog.core import address
from smsdialog.core.letters import Translate
from smsdialog.dialog.actor import PRODUCT, Actor
from smsdialog.errors import ConfigError
from smsdialog.gateways import Gateways
from smsdialog.locale import available, translator
from smsdialog.mailer import Mailer
from smsdialog.store import Store, open_store


@dataclass(frozen=True)
class Service:
    """One installation, opened. `secrets` begins with the current one; `now` is in seconds since the epoch;
    `actor` is who is behind what is done, and says what is there for him."""

    config: Config
    store: Store
    gateways: Gateways
    mailer: Mailer
    secrets: tuple[bytes, ...]
    translate: Translate
    now: Callable[[], float] = time.time
    actor: Actor = PRODUCT

    @cached_property
    def instance(self) -> str:
        """The value of our loop header: says which installation wrote a mail, and nothing else."""
        return address.message_id_tag(self.secrets[0], "instance", self.config.domain)

    @property
    def resting_since(self) -> float:
        """A number closed after this time still rests."""
        return self.now() - self.config.numbers.rest_days * 86_400

    def address(self, local_part: str) -> str:
        """An address in the product's domain."""
        return f"{local_part}@{self.config.domain}"

    def message_id(self, purpose: str, payload: str) -> str:
        """A Message-ID that is the same whenever it is made for the same thing."""
        tag = address.message_id_tag(self.secrets[0], purpose, payload)
        return f"<{purpose}.{payload}.{tag}@{self.config.domain}>"


def open_service(config: Config) -> Service:
    """Open an installation. Raises ConfigError; the database is connected to at its first use."""
    if config.language not in available():
        raise ConfigError(f"{config.source}: 'language' is wrong; expected one of {', '.join(available())}")
    gateways = Gateways(config)
    gateways.check()
    return Service(
        config=config,
        store=open_store(config.database.url),
        gateways=gateways,
        mailer=Mailer(config.mail.sendmail),
        secrets=secret.load(config.state_dir),
        translate=translator(config.language),
    )
