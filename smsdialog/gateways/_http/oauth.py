"""OAuth 2.0 client credentials (RFC 6749, 4.4): a token for a while, fetched before the first request that needs it.

The token is kept in this process only. Where it cannot be had, nothing was sent, whatever the token server said.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from smsdialog.gateways._base import (
    AnswerLost,
    HttpRequest,
    HttpResponse,
    Later,
    Misconfigured,
    NotSent,
    Perform,
    basic_auth,
    form_request,
)
from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.table import Table

# A token is not used in its last seconds: the request takes a while to arrive.
MARGIN_SECONDS = 30.0
# Of a token whose server does not say how long it is good for (RFC 6749, 5.1 only recommends it).
UNKNOWN_LIFE_SECONDS = 300.0


class NoToken(Exception):
    """There is no token; `outcome` is what that means for the SMS."""

    def __init__(self, outcome: Later) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass
class OAuth2:
    """A token server, and the token that we have of it."""

    token_url: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    scope: str = ""
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _token: str = field(default="", repr=False)
    _good_until: float = 0.0

    def authorised(self, request: HttpRequest, perform: Perform) -> tuple[HttpRequest, str]:
        """A request with the token that it needs, and the token. May write to the network. Raises NoToken."""
        if not self._token or self.clock() >= self._good_until:
            self._fetch(perform)
        bearer = ("Authorization", f"Bearer {self._token}")
        return replace(request, headers=(bearer, *request.headers)), self._token

    def forget(self) -> None:
        """The provider does not take the token any more."""
        self._token = ""

    @property
    def request(self) -> HttpRequest:
        """The request for a token; our credentials go as HTTP Basic, which every server must take (2.3.1)."""
        fields = {"grant_type": "client_credentials"} | ({"scope": self.scope} if self.scope else {})
        return form_request(self.token_url, fields, basic_auth(self.client_id, self.client_secret))

    def _fetch(self, perform: Perform) -> None:
        try:
            answer = perform(self.request)
        except (NotSent, AnswerLost) as error:
            raise NoToken(Later(f"token server: {error}")) from error
        token = answer.object.get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not _can_be_a_header(token):
            raise NoToken(_no_token(answer))
        life = answer.object.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) else UNKNOWN_LIFE_SECONDS
        self._token, self._good_until = token, self.clock() + seconds - MARGIN_SECONDS


def read_oauth2(table: Table, settings: Settings) -> OAuth2:
    """The keys of an `auth` table of type oauth2. Raises ConfigError."""
    found = OAuth2(
        settings.text(table, "token_url"),
        settings.text(table, "client_id"),
        settings.text(table, "client_secret"),
        settings.text(table, "scope", ""),
    )
    if not found.token_url.startswith(("http://", "https://")):
        raise table.wrong("token_url", "an http or https URL")
    return found


def _no_token(answer: HttpResponse) -> Later:
    """400 and 401 are about our credentials (RFC 6749, 5.2)."""
    kind = Misconfigured if answer.status in (400, 401, 403, 404) else Later
    return kind(f"token server: {answer.status}", answer.retry_after)


def _can_be_a_header(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable()
