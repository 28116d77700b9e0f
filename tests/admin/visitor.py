"""Somebody at a browser without JavaScript: opens pages, fills in forms and sends them, as the pages say."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from werkzeug.test import Client, TestResponse

from smsdialog import wsgi
from smsdialog.dialog.service import Service

PASSWORD = "korrekt hest batteri"
BASE = "https://sms.firma.example"


class Form:
    """One form of a page: where it goes, and what it holds."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").lower()
        self.fields: dict[str, str] = {}


class _Reader(HTMLParser):
    """Forms with their fields (those of `form=` included), and the words of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.early: dict[str, dict[str, str]] = {}
        self.words: list[str] = []
        self._current: Form | None = None
        self._select: tuple[dict[str, str], str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._current = Form(given)
            self.forms.append(self._current)
            if "id" in given:
                self.by_id[given["id"]] = self._current
                self._current.fields.update(self.early.pop(given["id"], {}))
        fields = self.early.setdefault(given["form"], {}) if "form" in given else self._fields()
        if tag == "input" and given.get("name") and (given.get("type") != "checkbox" or "checked" in given):
            fields[given["name"]] = given.get("value", "")
        if tag == "select":
            self._select = (fields, given["name"])
            fields[given["name"]] = ""
        if tag == "option" and self._select and ("selected" in given or not self._select[0][self._select[1]]):
            self._select[0][self._select[1]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._current = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def _fields(self) -> dict[str, str]:
        return self._current.fields if self._current else {}


class Page:
    """What an answer holds."""

    def __init__(self, answer: TestResponse, path: str) -> None:
        self.answer = answer
        self.path = path
        self.status = answer.status_code
        self.html = answer.get_data(as_text=True) if "text/html" in (answer.content_type or "") else ""
        reader = _Reader()
        reader.feed(self.html)
        self.forms = reader.forms
        self.text = " ".join(" ".join(reader.words).split())

    def form(self, action: str) -> Form:
        """The form whose action ends so."""
        (found,) = (form for form in self.forms if urlsplit(urljoin(self.path, form.action)).path.endswith(action))
        return found


class Visitor:
    """One browser: it keeps its cookies, and follows where it is sent."""

    def __init__(self, service: Callable[[], Service], *, base: str = BASE, address: str = "192.0.2.7") -> None:
        self.client = Client(lambda environ, start: wsgi.respond(environ, service)(environ, start))
        self.base = base
        self.address = address
        self.headers: dict[str, str] = {}

    def request(self, method: str, path: str, **more: Any) -> TestResponse:
        """One request, and its answer as it is."""
        environ = {"REMOTE_ADDR": self.address}
        headers = {**self.headers, **more.pop("headers", {})}
        return self.client.open(
            path, method=method, base_url=self.base, environ_overrides=environ, headers=headers, **more
        )

    def opens(self, path: str, **query: str) -> Page:
        """A page, wherever that sends one."""
        return self._follow(self.request("GET", path, query_string=query or None), path)

    def sends(self, page: Page, action: str, **fields: str) -> Page:
        """A form of a page, with these fields changed."""
        form = page.form(action)
        return self.posts(urljoin(page.path, form.action), {**form.fields, **fields})

    def posts(self, path: str, fields: dict[str, str]) -> Page:
        """Any form at all."""
        return self._follow(self.request("POST", path, data=fields), path)

    def signs_in(self, name: str, password: str = PASSWORD) -> Page:
        """With name and password."""
        return self.sends(self.opens("/admin/sign-in"), "/sign-in", name=name, password=password)

    def token(self) -> str:
        """A form token of this browser's session."""
        return re.findall(r'name="form" value="([^"]+)"', self.opens("/admin/password").html)[0]

    def cookie(self, name: str = "__Host-smsdialog") -> str | None:
        """A cookie of this browser."""
        found = self.client.get_cookie(name, "sms.firma.example")
        return found.value if found else None

    def _follow(self, answer: TestResponse, path: str) -> Page:
        for _ in range(5):
            if answer.status_code not in (301, 302, 303, 307, 308):
                return Page(answer, path)
            path = urljoin(path, answer.headers["Location"])
            parts = urlsplit(path)
            assert not parts.netloc, path
            answer = self.request("GET", path)
        raise AssertionError(f"sent round and round: {path}")
