"""One HTTP request to our own address, as a stranger makes it."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass

SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    """An HTTP status and the Date header; or, with status 0, why there was none."""

    status: int
    date: str = ""
    trouble: str = ""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow no redirect: where it leads is not what was asked."""


def fetch(url: str) -> Answer:
    """GET a URL. Never raises for what a network can do."""
    try:
        with urllib.request.build_opener(_Stay).open(url, timeout=SECONDS) as response:
            return Answer(response.status, response.headers.get("Date", ""))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers.get("Date", ""))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, trouble=str(getattr(error, "reason", None) or error or type(error).__name__))
