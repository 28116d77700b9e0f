"""Signatures over a call to us: an HMAC, Ed25519, and the schemes that two providers have for themselves."""

from __future__ import annotations

import base64
import binascii
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field

from smsdialog.errors import ConfigError, Unauthentic
from smsdialog.gateways._http.document import Said
from smsdialog.gateways._http.place import Place, read_place
from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.signed import Signed, read_signed
from smsdialog.gateways._http.table import Table
from smsdialog.gateways._signature import require_hmac
from smsdialog.gateways._twilio_signature import require_twilio_signature
from smsdialog.gateways._vonage_signature import ALGORITHMS as VONAGE_ALGORITHMS
from smsdialog.gateways._vonage_signature import require_vonage_signature
from smsdialog.gateways._webcall import WebCall

ALGORITHMS = ("sha256", "sha1", "sha512", "md5")
PUBLIC_KEY_OCTETS = 32


@dataclass(frozen=True)
class Hmac:
    """An HMAC (RFC 2104) of parts of the call."""

    at: Place
    prefix: str
    separator: str
    key: bytes = field(repr=False)
    written_key: str = field(repr=False)
    algorithm: str
    form: str
    signed: Signed

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return (self.written_key,)

    def prove(self, said: Said) -> WebCall:
        """See `Check`."""
        found = self.at.find(said)
        values = [value.strip() for value in (found.split(self.separator) if self.separator else [found])]
        given = [value.removeprefix(self.prefix) for value in values if value.startswith(self.prefix)]
        require_hmac(self.key, self.signed.octets(said), given, self.algorithm, self.form)
        return said.call


@dataclass(frozen=True)
class Ed25519:
    """An Ed25519 signature (RFC 8032) of parts of the call, by a key of which only the public half is known here."""

    at: Place
    public_key: bytes
    signed: Signed
    secrets: tuple[str, ...] = ()

    def prove(self, said: Said) -> WebCall:
        """See `Check`."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            signature = base64.b64decode(self.at.find(said), validate=True)
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, self.signed.octets(said))
        except (InvalidSignature, ValueError, binascii.Error) as error:
            raise Unauthentic("wrong or missing signature") from error
        return said.call


@dataclass(frozen=True)
class Twilio:
    """Twilio's own scheme, see `_twilio_signature`."""

    auth_token: str = field(repr=False)
    public_url: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return (self.auth_token,)

    def prove(self, said: Said) -> WebCall:
        """See `Check`."""
        require_twilio_signature(said.call, self.public_url, self.auth_token)
        return said.call


@dataclass(frozen=True)
class Vonage:
    """Vonage's own scheme, see `_vonage_signature`."""

    secret: str = field(repr=False)
    algorithm: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return (self.secret,)

    def prove(self, said: Said) -> WebCall:
        """See `Check`."""
        fields = said.whole.items() if isinstance(said.whole, dict) else said.call.query_pairs
        pairs = [(name, str(value)) for name, value in fields]
        require_vonage_signature(pairs, self.secret, self.algorithm, said.call.received_at)
        return said.call


def read_hmac(table: Table, settings: Settings, public_url: str) -> Hmac:
    """A check of type hmac. Raises ConfigError."""
    key = settings.text(table, "key")
    return Hmac(
        read_place(table, "at"),
        table.text("prefix", ""),
        table.text("separator", ""),
        _octets(table, "key", key, table.one_of("key_encoding", tuple(_KEYS), "utf8")),
        key,
        table.one_of("algorithm", ALGORITHMS, "sha256"),
        table.one_of("form", ("hex", "base64"), "hex"),
        read_signed(table, public_url, "{body}"),
    )


def read_ed25519(table: Table, settings: Settings, public_url: str) -> Ed25519:
    """A check of type ed25519. Raises ConfigError, also where the library for it is not installed."""
    if importlib.util.find_spec("cryptography") is None:
        raise ConfigError(
            f"{table.source}: '{table.where}' checks Ed25519 signatures; expected the library for it: "
            "pip install 'smsdialog[ed25519]'"
        )
    key = _octets(table, "public_key", settings.text(table, "public_key"), "base64")
    if len(key) != PUBLIC_KEY_OCTETS:
        raise table.wrong("public_key", f"{PUBLIC_KEY_OCTETS} octets in base64")
    return Ed25519(read_place(table, "at"), key, read_signed(table, public_url))


def read_twilio(table: Table, settings: Settings, public_url: str) -> Twilio:
    """A check of type twilio. Raises ConfigError."""
    return Twilio(settings.text(table, "auth_token"), public_url)


def read_vonage(table: Table, settings: Settings, public_url: str) -> Vonage:
    """A check of type vonage. Raises ConfigError."""
    return Vonage(settings.text(table, "secret"), table.one_of("algorithm", VONAGE_ALGORITHMS, "sha256"))


_KEYS: dict[str, Callable[[str], bytes]] = {
    "utf8": str.encode,
    "hex": bytes.fromhex,
    "base64": lambda text: base64.b64decode(text, validate=True),
}


def _octets(table: Table, key: str, text: str, encoding: str) -> bytes:
    try:
        return _KEYS[encoding](text)
    except (ValueError, binascii.Error):
        # The cause would show the key.
        raise table.wrong(key, f"a key in {encoding}") from None
