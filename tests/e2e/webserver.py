"""Web servers as `docs/webserver.md` sets them up, below a folder of the test's own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path

import requests

from tests.e2e.daemons import CHECKOUT, LOOPBACK, Daemon, wait_for

PAGE = (CHECKOUT / "docs" / "webserver.md").read_text()
HOST = "sms.firma.example"
PASSWORD = "korrekt hest batteri"
FORM = re.compile(r'name="form" value="([^"]+)"')


def block(language: str) -> str:
    """The first code block of the page in this language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)
    assert found, language
    return found[1]


def with_paths(text: str, **paths: object) -> str:
    """A block with the paths of this test; each must stand there."""
    for path, own in paths.items():
        assert path in text, path
        text = text.replace(path, str(own))
    return text


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for the host and for loopback, and its key."""
    pem, key = folder / "host.pem", folder / "host.key"
    names = f"subjectAltName=DNS:{HOST},IP:{LOOPBACK}"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    subprocess.run([*command, "-addext", names, "-out", pem, "-keyout", key], check=True, capture_output=True)
    return pem, key


def answers(path: Path) -> bool:
    """Does anybody accept connections on this Unix socket?"""
    with socket.socket(socket.AF_UNIX) as probe:
        return path.exists() and probe.connect_ex(str(path)) == 0


def wait_for_socket(path: Path, daemon: Daemon) -> None:
    """Until somebody does."""
    wait_for(lambda: answers(path), str(path), 20, daemon.tail)


def nginx(folder: Path, port: int, backend: Path) -> Daemon:
    """nginx with the page's server block, in front of a socket; not started."""
    pem, key = certificate(folder)
    server = with_paths(
        block("nginx"),
        **{
            "listen 443": f"listen {LOOPBACK}:{port}",
            "/run/smsdialog/http.sock": backend,
            "/etc/ssl/certs/sms.firma.example.pem": pem,
            "/etc/ssl/private/sms.firma.example.key": key,
        },
    )
    temporary = " ".join(
        f"{what}_temp_path {folder}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; error_log stderr; events {{ worker_connections 64; }}\n"
        f"http {{ access_log {folder}/access.log; {temporary}\n{server} }}\n"
    )
    return Daemon(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], folder / "nginx.log")


def apache(folder: Path, port: int, venv: Path, config: Path, user: str) -> Daemon:
    """Apache with the page's virtual host and WSGI script; not started."""
    pem, key = certificate(folder)
    script = folder / "smsdialog.wsgi"
    script.write_text(with_paths(block("python"), **{"/etc/smsdialog/smsdialog.toml": config}))
    host = with_paths(
        block("apache"),
        **{
            "*:443": f"{LOOPBACK}:{port}",
            "/etc/ssl/certs/sms.firma.example.pem": pem,
            "/etc/ssl/private/sms.firma.example.key": key,
            "user=smsdialog group=smsdialog": f"user={user} group={user}",
            "/opt/smsdialog": venv,
            "/etc/smsdialog/smsdialog.wsgi": script,
            "Directory /etc/smsdialog": f"Directory {folder}",
            "/var/log/apache2/smsdialog.log": folder / "access.log",
        },
    )
    modules = ("mpm_event", "authz_core", "authz_host", "setenvif", "ssl", "socache_shmcb", "wsgi")
    loaded = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules)
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\n{loaded}\nServerName {HOST}\nListen {LOOPBACK}:{port}\nUser {user}\nGroup {user}\n"
        f"PidFile {folder}/apache.pid\nMutex file:{folder}\nErrorLog {folder}/error.log\n"
        f"WSGISocketPrefix {folder}/wsgi\n"
        'LogFormat "%h %l %u %t \\"%r\\" %>s %b" combined\n'
        f"<Directory />\nRequire all denied\n</Directory>\n{host}\n"
    )
    return Daemon(["/usr/sbin/apache2", "-DFOREGROUND", "-f", str(folder / "apache.conf")], folder / "apache.log")


class Browser:
    """Somebody with cookies, who trusts the test's certificate."""

    def __init__(self, url: str, pem: Path | None = None) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(pem) if pem else True

    def signs_in(self, name: str = "anna") -> requests.Response:
        form = FORM.search(self.get("/admin/sign-in").text)
        assert form
        fields = {"form": form[1], "name": name, "password": PASSWORD}
        return self.session.post(f"{self.url}/admin/sign-in", data=fields, timeout=20)

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(self.url + path, headers=headers, timeout=20)
