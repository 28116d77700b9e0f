"""The stage of the dialog tests, and somebody who asks it for its pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from werkzeug.test import Client, TestResponse

from smsdialog import wsgi
from tests.dialog.conftest import administrator, anna, build, clock, customer, migrated, network, post, stage  # noqa: F401
from tests.dialog.stage import Stage

STRANGER = "192.0.2.99"
_SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")


@dataclass
class Monitor:
    """A monitoring program, on this machine unless it says otherwise."""

    stage: Stage

    def asks(self, path: str, *, address: str = "127.0.0.1", method: str = "GET", **headers: str) -> TestResponse:
        """Ask for a page; headers are written with underscores."""
        client = Client(lambda environ, start: wsgi.respond(environ, lambda: self.stage.service)(environ, start))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.open(path, method=method, headers=named, environ_base={"REMOTE_ADDR": address})

    def reads(self) -> dict[str, float]:
        """Every sample of `/metrics`, by its name and labels as they are written there."""
        answer = self.asks("/metrics")
        assert answer.status_code == 200
        lines = [line for line in answer.get_data(as_text=True).splitlines() if not line.startswith("#")]
        found = [_SAMPLE.fullmatch(line) for line in lines]
        return {f"{one[1]}{{{one[2]}}}" if one[2] else one[1]: float(one[3]) for one in found if one}


@pytest.fixture
def monitor(stage: Stage) -> Monitor:  # noqa: F811
    return Monitor(stage)
