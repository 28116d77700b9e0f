"""How Twilio signs its calls: the URL that it was told to call, and what it posts there.

Source: Twilio, "Secure webhooks" and "Sign webhooks with shared keys" (a public beta), read in November 2026.
Nothing in it says when a call was signed; an SMS that comes again is known by its id.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from smsdialog.errors import Unauthentic
from smsdialog.gateways._signature import require_hmac, same, sha256_hex
from smsdialog.gateways._webcall import WebCall

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
BODY_DIGEST = "bodySHA256"


def require_twilio_signature(call: WebCall, public_url: str, auth_token: str, shared_key: str = "") -> None:
    """The call must be signed with the account's auth token or, if it says so, with a shared key.

    Only the configured `public_url` counts as our address, since a Host header is written by whoever calls. Raises
    Unauthentic.
    """
    key, algorithm = auth_token, "sha1"
    if call.header(SETTINGS):
        key, algorithm = shared_key, "sha256"
    fields = "".join(name + value for name, value in sorted(_signed_fields(call)))
    for url in _spellings(f"{public_url}{call.path}", call.query.decode("latin-1")):
        try:
            return require_hmac(key, f"{url}{fields}".encode(), [call.header(SIGNATURE)], algorithm, "base64")
        except Unauthentic:
            continue
    raise Unauthentic("wrong or missing signature")


def _signed_fields(call: WebCall) -> set[tuple[str, str]]:
    """What stands behind the URL: a form's fields, or nothing where the URL holds the digest of the body."""
    if call.method != "POST":
        return set()
    digest = call.argument(BODY_DIGEST)
    if not digest:
        return set(call.form_pairs)
    if not same(digest.lower(), sha256_hex(call.body)):
        raise Unauthentic("wrong digest of the body")
    return set()


def _spellings(address: str, query: str) -> list[str]:
    """A URL as it is configured, without its port, and with the port that its scheme stands for.

    >>> _spellings("https://sms.firma.example/inbound/main", "a=1")[2]
    'https://sms.firma.example:443/inbound/main?a=1'
    """
    scheme, host, path, _, _ = urlsplit(address)
    bare = re.sub(r":[0-9]*\Z", "", host)
    with_port = f"{bare}:{443 if scheme == 'https' else 80}"
    return [urlunsplit((scheme, place, path, query, "")) for place in (host, bare, with_port)]
