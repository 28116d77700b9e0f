"""The configuration: can it be read, by whom else, and does it make sense?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from smsdialog import config as configuration
from smsdialog.config import Config
from smsdialog.core.address import Reserved, read, same_domain, split_address
from smsdialog.doctor.finding import Finding, Findings, error, quoted, warning
from smsdialog.doctor.person import READ, WRITE, is_open_to_others
from smsdialog.doctor.place import Place, line_of
from smsdialog.errors import ConfigError
from smsdialog.gateways import Gateways
from smsdialog.locale import available

MISSING = error("config-missing", "Every mail waits in the mail server's queue until there is one.")
UNREADABLE = error("config-unreadable", "What cannot read it, does nothing: every mail waits in the queue.")
WRONG = error("config-wrong", "The product does not guess: with a wrong configuration every mail waits in the queue.")
EXPOSED = error("config-exposed", "Whoever has an account on this machine can send SMS at your expense.")
WRITABLE = error("config-writable", "Whoever may write it chooses what programs we run, and whose mail is believed.")
SECRET_EXPOSED = error("gateway-secret-exposed", "Whoever has an account on this machine can send SMS at your expense.")
SECRET_UNREADABLE = error("gateway-secret-unreadable", "No gateway works without it: every mail waits in the queue.")
LANGUAGE = error("language-missing", "No mail can be written in it, so every mail waits in the mail server's queue.")
FILE_ONLY = warning("gateway-file-only", "Nothing reaches a phone: SMS are appended to a file, and count as sent.")
WIDE = error("networks-too-wide", "From anywhere in there, everybody who writes an employee's From texts in that name.")
OPERATOR = error("operator-in-domain", "Mails to the operator would come back to the product, and nobody reads them.")
PUBLIC_URL = warning("public-url-missing", "Providers are told no address, so employees never hear that an SMS failed.")

_HIDDEN = re.compile(r"password|token|secret|api_key|signing_key|auth_token", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"://[^/@:]*:[^/@]+@")
_KEY = re.compile(r"'([\w.-]+)'")
_TOML_LINE = re.compile(r"line (\d+)")
# RFC 2606; and names that only this machine knows.
UNREAL = ("example", "test", "invalid", "localhost", "local")
# No office has more of the internet than this.
LEAST_BITS = {4: 8, 6: 16}
LOCAL_TYPES = ("file", "gammu", "smstools")


def load(path: Path) -> Config | Finding:
    """Read the configuration, or say what is wrong with it."""
    try:
        return configuration.load(path)
    except ConfigError as failure:
        return _unread(path, failure)


def _unread(path: Path, failure: ConfigError) -> Finding:
    if isinstance(failure.__cause__, FileNotFoundError):
        mend = f"install -D -m 0640 -g smsdialog /dev/null {quoted(path)} && {quoted('editor', path)}"
        return MISSING.found(f"{path} is not there", mend)
    if isinstance(failure.__cause__, OSError):
        mend = f"chown root:smsdialog {quoted(path)} && chmod 0640 {quoted(path)}"
        return UNREADABLE.found(str(failure), mend)
    return WRONG.found(str(failure), _correct(path, str(failure)))


def _correct(path: Path, said: str) -> str:
    """An unknown key is put out of use; everything else is for a human, at the line where it stands."""
    told = said.removeprefix(f"{path}: ")
    named, numbered = _KEY.search(told), _TOML_LINE.search(told)
    at = line_of(path, named[1]) if named else int(numbered[1]) if numbered else 0
    if told.startswith("unknown key") and at:
        return quoted("sed", "-i", f"{at}s/^/#/", path)
    return quoted("editor", *([f"+{at}"] if at else []), path)


def check(place: Place) -> Findings:
    """Who may read it, and whether it makes sense."""
    yield from _access(place)
    yield from _gateways(place)
    yield from _trust(place)


def _access(place: Place) -> Findings:
    path = place.path
    if is_open_to_others(path, WRITE):
        yield WRITABLE.found(f"{path} may be written by everybody", f"chmod o-w {quoted(path)}")
    if is_open_to_others(path, READ) and _hides_something(place.config):
        yield EXPOSED.found(f"{path} holds secrets, and everybody may read it", f"chmod o-r {quoted(path)}")
    if place.user and not place.user.may(path, READ):
        mend = f"chgrp {quoted(place.user.name)} {quoted(path)} && chmod g+r {quoted(path)}"
        yield UNREADABLE.found(f"{place.user.name}, whose the state is, may not read {path}", mend)
    for secret_file in filter(Path.exists, _secret_files(place.config)):
        yield from _secret_access(place, secret_file)


def _secret_access(place: Place, path: Path) -> Findings:
    if is_open_to_others(path):
        what = f"{path} holds a gateway's secret, and everybody may read it"
        yield SECRET_EXPOSED.found(what, f"chmod o-rwx {quoted(path)}")
    if place.user and not place.user.may(path, READ):
        mend = f"chgrp {quoted(place.user.name)} {quoted(path)} && chmod g+r {quoted(path)}"
        yield SECRET_UNREADABLE.found(f"{place.user.name}, whose the state is, may not read {path}", mend)


def _gateways(place: Place) -> Findings:
    config = place.config
    try:
        Gateways(config).check()
    except ConfigError as failure:
        yield WRONG.found(str(failure), _correct(place.path, str(failure)))
    if config.language not in available():
        what = f"there is no catalogue of '{config.language}', only {', '.join(available())}"
        setting = 's/^#\\? *language *=.*/language = "en"/'
        yield LANGUAGE.found(what, quoted("sed", "-i", setting, place.path))
    types = {table.type for table in config.gateways.values()}
    if types == {"file"} and is_real(config.domain):
        yield FILE_ONLY.found("the only gateway is a file", place.edit(config.default_gateway))
    if not config.public_url and not types <= set(LOCAL_TYPES):
        yield PUBLIC_URL.found("'public_url' is not set", place.edit("state_dir"))


def _trust(place: Place) -> Findings:
    auth, operator = place.config.auth, place.config.mail.operator
    for network in map(ip_network, auth.trusted_networks):
        if network.prefixlen < LEAST_BITS[network.version]:
            what = f"'auth.trusted_networks' has {network}: {network.num_addresses} addresses"
            yield WIDE.found(what, place.edit("trusted_networks"))
    local_part, domain = split_address(operator)
    if same_domain(domain, place.config.domain) and not isinstance(read(local_part), Reserved):
        yield OPERATOR.found(f"'mail.operator' is {operator}, in the product's own domain", place.edit("operator"))


def is_real(domain: str) -> bool:
    """Whether a domain may be in the DNS that everybody sees."""
    return domain.rpartition(".")[2] not in UNREAL


def _hides_something(config: Config) -> bool:
    hidden = any(_HIDDEN.search(key) and isinstance(value, str) for key, value in _options(config))
    return hidden or bool(_URL_PASSWORD.search(config.database.url))


def _secret_files(config: Config) -> list[Path]:
    """The files that options of gateways are kept in, as `{ file = "/path" }`."""
    return [Path(value) for key, value in _options(config) if key == "file" and isinstance(value, str)]


def _options(config: Config) -> Iterator[tuple[str, Any]]:
    """Every option of every gateway, those of inner tables included."""
    for table in config.gateways.values():
        yield from _flat(table.options)


def _flat(options: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in options.items():
        yield key, value
        if isinstance(value, Mapping):
            yield from _flat(value)
