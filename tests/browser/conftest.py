"""One headless Chromium for all of these tests, and one server that shows whichever installation a test has built."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service as ChromeDriver

from smsdialog import wsgi
from smsdialog.core.roles import Role
from smsdialog.dialog import password, user
from smsdialog.dialog.service import Service
from tests.admin.visitor import PASSWORD
from tests.browser.reader import Reader
from tests.dialog.conftest import build, migrated  # noqa: F401  (fixtures)
from tests.dialog.stage import Stage
from tests.needs import find, missing

CHECKOUT = Path(__file__).resolve().parents[2]
SCREENSHOTS = "SMSDIALOG_SCREENSHOTS"
# Nothing of the browser's own may go out to the net, and it runs where tests run: without a sandbox of its own.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--lang=en",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.needs("chromium"))


class Quiet(WSGIRequestHandler):
    """A server that does not tell of every request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


class Served:
    """The server; `service` is the installation that it shows now."""

    def __init__(self) -> None:
        self.service: Service | None = None
        self.server = make_server("127.0.0.1", 0, self._application, WSGIServer, Quiet)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def show(self, service: Service) -> None:
        self.service = service
        wsgi._admin.cache_clear()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _application(self, environ, start_response):
        return wsgi.respond(environ, self._current)(environ, start_response)

    def _current(self) -> Service:
        assert self.service is not None
        return self.service


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """The server."""
    served = Served()
    yield served
    served.stop()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """The browser."""
    assert missing("chromium") is None
    options = webdriver.ChromeOptions()
    options.binary_location = find("chromium") or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    downloads = {"download.default_directory": str(tmp_path_factory.mktemp("downloads"))}
    options.add_experimental_option("prefs", downloads)
    driver = webdriver.Chrome(options=options, service=ChromeDriver(find("chromedriver")))
    driver.downloads = Path(downloads["download.default_directory"])  # type: ignore[attr-defined]
    yield driver
    driver.quit()


@pytest.fixture
def open_office(build: Callable[..., Stage], served: Served, monkeypatch) -> Callable[..., Stage]:  # noqa: F811
    """Builds an installation and serves it."""
    monkeypatch.setattr(password, "LOG2_COST", 4)

    def make(*, language: str = "da", admin: str = "") -> Stage:
        stage = build(top=f'language = "{language}"', tables=f"[admin]\ninsecure_cookies = true\n{admin}")
        user.create(stage.service, "admin", Role.ADMINISTRATOR, PASSWORD)
        served.show(stage.service)
        return stage

    return make


@pytest.fixture
def reader(chromium, served: Served, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Somebody at the browser: a wide window, no cookies, and at the end no complaint in its console."""
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    folder = Path(os.environ.get(SCREENSHOTS) or CHECKOUT / "build" / "screenshots")
    reader = Reader(chromium, served.url, folder, name)
    reader.begins()
    yield reader
    assert reader.complaints() == []
