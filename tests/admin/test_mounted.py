"""The pages inside the WSGI application: below any prefix, through CGI, and at no cost for what gateways call."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import smsdialog
from tests.admin.visitor import Visitor
from tests.dialog.stage import Stage

CHECKOUT = Path(smsdialog.__file__).parents[1]
HEALTH = """
import sys
from werkzeug.test import Client
from smsdialog import wsgi
assert Client(wsgi.application).get("/health").status_code == 200
print(sorted(name for name in sys.modules if name in ("flask", "jinja2", "PIL", "smsdialog.admin.app")))
"""


def test_what_gateways_call_does_not_load_the_pages(installation: Stage) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "SMSDIALOG_CONFIG": str(installation.config_file),
        "PYTHONPATH": str(CHECKOUT),
    }
    done = subprocess.run([sys.executable, "-c", HEALTH], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_through_cgi_links_lead_below_the_script(installation: Stage) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "SMSDIALOG_CONFIG": str(installation.config_file),
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "/cgi-bin/smsdialog.cgi",
        "PATH_INFO": "/admin/sign-in",
        "QUERY_STRING": "",
        "SERVER_NAME": "sms.firma.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTPS": "on",
        "REMOTE_ADDR": "192.0.2.7",
    }
    script = CHECKOUT / "bin" / "smsdialog.cgi"
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
    assert "Status: 200" in done.stdout
    assert 'action="/cgi-bin/smsdialog.cgi/admin/sign-in"' in done.stdout
    assert 'href="/cgi-bin/smsdialog.cgi/admin/static/admin.css' in done.stdout


def test_the_bare_prefix_leads_to_the_pages(visitor: Visitor) -> None:
    assert visitor.opens("/admin").path.startswith("/admin/sign-in")
    assert visitor.opens("/administrator").status == 404


def test_the_pages_are_made_once_for_a_server(people: Callable[..., Visitor], installation: Stage) -> None:
    from smsdialog import wsgi

    wsgi._admin.cache_clear()
    admin = people("admin")
    admin.opens("/admin/accounts/")
    assert wsgi._admin.cache_info().misses == 1
