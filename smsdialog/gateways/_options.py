"""Checks that the tables of several types have in common."""

from __future__ import annotations

from smsdialog.config import Config, GatewayTable
from smsdialog.errors import ConfigError


def wrong(table: GatewayTable, config: Config, option: str, expected: str) -> ConfigError:
    """The error of an option whose value is of no use; the value itself may be a secret and is not said."""
    return ConfigError(f"{config.source}: 'gateways.{table.name}.{option}' is wrong; expected {expected}")


def base_url(table: GatewayTable, config: Config, url: str) -> str:
    """The option `url`, which paths can be put behind. Raises ConfigError."""
    if not url.startswith(("http://", "https://")):
        raise wrong(table, config, "url", "an address that begins with https:// or http://")
    return url.rstrip("/")
