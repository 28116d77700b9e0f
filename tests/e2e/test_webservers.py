"""The web pages behind each server that `docs/webserver.md` names, set up by the blocks that stand there."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e import webserver
from tests.e2e.daemons import LOOPBACK, Daemon, base_directory, free_port
from tests.e2e.installation import Installation
from tests.e2e.webserver import PASSWORD, Browser

CONFIGURATION = """\
domain = "sms.firma.example"
state_dir = "{base}/state"
[mail]
sendmail = ["/bin/true"]
[gateways.main]
type = "file"
secret = "hemmeligt"
"""


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that the product's user may read."""
    with base_directory("web") as folder:
        yield folder


@pytest.fixture
def daemons() -> Iterator[Callable[..., Daemon]]:
    """Starts daemons, and ends them."""
    started: list[Daemon] = []

    def start(daemon: Daemon, *ports: int) -> Daemon:
        started.append(daemon)
        daemon.start(*ports)
        return daemon

    yield start
    for daemon in reversed(started):
        daemon.stop()


def product(base: Path, programs: Path, *tables: str) -> Installation:
    """An installation with one administrator."""
    tables_of_the_page = "\n".join(tables)
    here = Installation(base, programs, CONFIGURATION.format(base=base) + tables_of_the_page)
    here.run("db", "upgrade")
    made = here._call(
        [str(programs / "smsdialog"), "--config", str(here.config), "user", "create", "anna"], PASSWORD.encode()
    )
    assert made.returncode == 0, made.stderr
    return here


def the_pages_work(browser: Browser, here: Installation) -> None:
    """Sign in, make a key, and an SMS comes in; the log of acts has the visitor's own address."""
    assert browser.signs_in().url.endswith("/admin/accounts/")
    page = browser.get("/admin/keys/")
    form = webserver.FORM.search(page.text)
    assert form
    made = browser.session.post(f"{browser.url}/admin/keys/", data={"form": form[1], "label": "Firma"}, timeout=20)
    assert "@sms.firma.example" in made.text
    assert browser.get("/admin/static/admin.css").headers["Content-Type"].startswith("text/css")
    acts = json.loads(here.run("audit", "list", "--json"))
    assert [(act["who"], act["origin"]) for act in acts if act["act"] == "key.create"] == [("anna", f"web {LOOPBACK}")]
    sms = {"from": "+4520123456", "to": "459192000123", "text": "Hej", "id": "1"}
    bearer = {"Authorization": "Bearer hemmeligt"}
    assert browser.session.post(f"{browser.url}/inbound/main", json=sms, headers=bearer, timeout=20).status_code == 200
    assert [message["state"] for message in here.messages(direction="in")] == ["held"]


def behind_nginx(base: Path, backend: Path, daemons: Callable[..., Daemon]) -> Browser:
    port = free_port()
    daemons(webserver.nginx(base, port, backend), port)
    return Browser(f"https://{LOOPBACK}:{port}", base / "host.pem")


def nothing_of_gateways_is_logged(base: Path) -> None:
    logged = (base / "access.log").read_text()
    assert "/admin/keys/" in logged
    assert "/inbound/" not in logged


@pytest.mark.needs("nginx")
def test_gunicorn_behind_nginx(base: Path, programs: Path, daemons: Callable[..., Daemon]) -> None:
    here = product(base, programs, webserver.block("toml").partition("\n\n")[2])
    backend = here.state / "http.sock"
    subprocess.run(
        [programs / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "gunicorn"], check=True
    )
    command = webserver.with_paths(
        webserver.block("sh"), **{"/opt/smsdialog/bin": programs, "/run/smsdialog/http.sock": backend}
    )
    gunicorn = Daemon(
        shlex.split(command),
        base / "gunicorn.log",
        here.user,
        {"SMSDIALOG_CONFIG": str(here.config), "HOME": str(base)},
    )
    webserver.wait_for_socket(backend, daemons(gunicorn))
    browser = behind_nginx(base, backend, daemons)
    the_pages_work(browser, here)
    nothing_of_gateways_is_logged(base)
    assert "max-age" in browser.get("/admin/accounts/").headers["Strict-Transport-Security"]


@pytest.mark.needs("nginx")
def test_the_resident_behind_nginx(base: Path, programs: Path, daemons: Callable[..., Daemon]) -> None:
    backend = base / "state" / "http.sock"
    here = product(base, programs, webserver.block("toml").replace("/run/smsdialog/http.sock", str(backend)))
    webserver.wait_for_socket(backend, daemons(here.resident()))
    the_pages_work(behind_nginx(base, backend, daemons), here)
    nothing_of_gateways_is_logged(base)


@pytest.mark.needs("nginx")
def test_what_a_browser_says_of_itself_does_not_pass_nginx(
    base: Path, programs: Path, daemons: Callable[..., Daemon]
) -> None:
    backend = base / "state" / "http.sock"
    tables = webserver.block("toml").replace("/run/smsdialog/http.sock", str(backend))
    here = product(base, programs, tables + 'proxy_user_header = "X-Remote-User"\n')
    webserver.wait_for_socket(backend, daemons(here.resident()))
    browser = behind_nginx(base, backend, daemons)
    for name in ("X-Remote-User", "X_Remote_User"):
        assert "/sign-in" in browser.get("/admin/keys/", **{name: "anna", "X-Forwarded-For": "127.0.0.1"}).url


@pytest.mark.needs("root")
@pytest.mark.needs("apache")
def test_apache_with_mod_wsgi(base: Path, programs: Path, daemons: Callable[..., Daemon]) -> None:
    here = product(base, programs)
    port = free_port()
    daemons(webserver.apache(base, port, programs.parent, here.config, here.user or ""), port)
    browser = Browser(f"https://{LOOPBACK}:{port}", base / "host.pem")
    the_pages_work(browser, here)
    nothing_of_gateways_is_logged(base)
    assert "max-age" in browser.get("/admin/accounts/").headers["Strict-Transport-Security"]
