"""The credentials in the gateways' tables: is there one for what comes in, and is it a secret at all?"""

from __future__ import annotations

from smsdialog.config import GatewayTable
from smsdialog.doctor.finding import Findings, error
from smsdialog.doctor.place import Place

MISSING = error("webhook-secret-missing", "Every call of this gateway is refused: no SMS and no receipt comes in.")
PUBLISHED = error("secret-published", "It stands in our sample, so everybody knows it, and can write as any customer.")

# By which of their options calls are known to be the provider's; one of them is enough.
GUARDS = {
    "cpsms": ("token",),
    "elks": ("token",),
    "gatewayapi": ("webhook_secret",),
    "gatewayapi_rest": ("webhook_secret",),
    "jasmin": ("token",),
    "kannel": ("token",),
    "link": ("webhook_password", "webhook_secret"),
    "smsgate": ("signing_key",),
    "vonage": ("token", "signature_secret"),
}
SAMPLES = ("change-me", "changeme")


def check(place: Place) -> Findings:
    """Look at every table."""
    for name, table in place.config.gateways.items():
        guards = GUARDS.get(table.type, ())
        if guards and not any(table.options.get(guard) for guard in guards):
            what = f"gateway '{name}' has no {' and no '.join(guards)}"
            yield MISSING.found(what, f"openssl rand -hex 16 && {place.edit(name)}")
        published = _published(table)
        if published:
            what = f"'{published}' of gateway '{name}' is still that of the sample"
            yield PUBLISHED.found(what, f"openssl rand -hex 16 && {place.edit(published)}")


def _published(table: GatewayTable) -> str:
    """The first option that was copied from docs/smsdialog.toml and never changed; empty when there is none."""
    values = ((key, value) for key, value in table.options.items() if isinstance(value, str))
    return next((key for key, value in values if value.lower().startswith(SAMPLES)), "")
