"""What a stranger, a site of his, a neighbour or a thief may try: nothing gets through, and nothing breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from smsdialog import __version__
from smsdialog.core.roles import Role
from smsdialog.dialog import account, audit, user
from smsdialog.dialog import key as keys
from smsdialog.dialog.signin import PER_ADDRESS, PER_NAME_AND_ADDRESS
from tests.admin.conftest import served
from tests.admin.visitor import PASSWORD, Visitor
from tests.dialog.stage import Stage

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE users; --",
    "' OR '1'='1",
    "{{ 7*7 }}{% raw %}",
    "%(secret)s %s %n",
    "../../../../etc/passwd",
    "javascript:alert(1)",
    "\r\nSet-Cookie: a=b",
    "$(reboot)`reboot`",
    "\u202egpj.exe",
    "\x00\x01\x7f",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "Ω≈ç√∫" * 400,
    "=cmd|' /C calc'!A0",
)
PAGES = (
    "/admin/accounts/",
    "/admin/accounts/new",
    "/admin/keys/",
    "/admin/groups/",
    "/admin/messages/",
    "/admin/status/",
    "/admin/log/",
    "/admin/password",
)


class Structure(HTMLParser):
    """What could do harm on a page: scripts, handlers, and where links and forms lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.targets: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "iframe", "object", "embed", "base", "style"):
            self.scripts.append(f"{tag} {given.get('src', '')}")
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        self.targets += [given[name] or "" for name in ("href", "src", "action") if name in given]


def harmless(html: str) -> None:
    page = Structure(html)
    assert set(page.scripts) <= {f"script /admin/static/admin.js?v={__version__}"}
    assert page.handlers == []
    assert [target for target in page.targets if not target.startswith(("/admin/", "#"))] == []


@pytest.fixture
def anna(installation: Stage) -> str:
    """Anna's number."""
    return installation.administrator.opens_account(installation.anna).number


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_in_every_field_are_words_and_nothing_else(
    admin: Visitor, installation: Stage, anna: str, text: str
) -> None:
    pages = [*PAGES, f"/admin/accounts/{anna}/", f"/admin/accounts/?edit={anna}", f"/admin/accounts/{anna}/close"]
    pages += [
        f"/admin/keys/{keys.show(installation.service, 'Firma').public_id}/{act}" for act in ("", "rotate", "disable")
    ]
    for path in pages:
        for number, form in enumerate(admin.opens(path).forms):
            if form.action.endswith(("/sign-out", "/close", "/delete", "/disable")):
                continue
            for field in form.fields:
                fields = {**admin.opens(path).forms[number].fields, field: text}
                page = (
                    admin.posts(form.action or path, fields)
                    if form.method == "post"
                    else admin.opens(form.action, **fields)
                )
                assert page.status in (200, 400, 403, 404, 409), (path, form.action, field, page.status)
                harmless(page.html or "<p>")
    assert admin.opens("/admin/accounts/").status == 200


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_in_addresses_are_words_and_nothing_else(admin: Visitor, text: str) -> None:
    for path, names in {
        "/admin/accounts/": ("q", "state", "sort", "order", "page", "edit"),
        "/admin/messages/": ("q", "direction", "attention", "before"),
        "/admin/log/": ("before",),
        "/admin/accounts/new": ("key",),
        "/admin/language/da": ("next",),
    }.items():
        for name in names:
            page = admin.opens(path, **{name: text})
            assert page.status in (200, 404), (path, name)
            harmless(page.html)
    if not set("/\r\n\x00") & set(text):
        for path in (
            "/admin/accounts/{}/",
            "/admin/keys/{}/",
            "/admin/messages/{}/",
            "/admin/language/{}",
            "/admin/{}",
        ):
            page = admin.opens(path.format(text))
            assert page.status in (200, 404), path
            harmless(page.html)


@pytest.mark.parametrize(
    "label", ["<script>alert(1)</script>", '"><b onclick=alert(1)>', "{{ config }}", "' OR 1=1 --"]
)
def test_a_hostile_label_and_a_hostile_sms_are_shown_as_they_are(
    build, people: Callable[..., Visitor], label: str
) -> None:
    stage = build(top='language = "en"', tables="[admin]\nshow_texts = true")
    admin = people("boss", stage=stage)
    admin.sends(admin.opens("/admin/keys/"), "/keys/", label=label)
    number = stage.administrator.opens_account(stage.anna, label).number
    stage.sms_comes_in(label, number, f"{label}\nlinje to")
    for path in (*PAGES, f"/admin/accounts/{number}/", "/admin/messages/i1/"):
        page = admin.opens(path)
        assert page.status == 200
        harmless(page.html)
    assert label in admin.opens("/admin/accounts/").text
    shown = admin.sends(admin.opens("/admin/messages/i1/"), "/text")
    harmless(shown.html)
    assert label in shown.text


def test_every_change_needs_the_token_of_this_browser(admin: Visitor, people, installation: Stage, anna: str) -> None:
    other = people("anden")
    name = keys.show(installation.service, "Firma").public_id
    before = (installation.administrator.accounts(), keys.listing(installation.service))
    acts = [
        "/admin/sign-in",
        "/admin/sign-out",
        "/admin/password",
        "/admin/keys/",
        f"/admin/keys/{name}/",
        *(f"/admin/keys/{name}/{act}" for act in ("enable", "disable", "rotate", "delete", "stops", "stops/remove")),
        "/admin/accounts/new",
        *(f"/admin/accounts/{anna}/{act}" for act in ("", "close", "resume", "forget", "deputies")),
        "/admin/groups/",
        *(f"/admin/groups/{name}/kunder/{act}" for act in ("", "remove", "import", "export", "delete")),
        "/admin/messages/o1/resend",
        "/admin/messages/i1/text",
    ]
    routes = {f"{rule}" for rule in application_rules(installation) if "POST" in rule.methods}
    assert len(acts) == len(routes), "a new form is missing in this test"
    for path in acts:
        for token in (None, "", "x", other.token()):
            page = admin.posts(path, {} if token is None else {"form": token})
            assert (page.status, "no longer valid" in page.text) == (400, True), (path, token)
    assert (installation.administrator.accounts(), keys.listing(installation.service)) == before
    assert admin.opens("/admin/accounts/").status == 200


def application_rules(stage: Stage):
    from smsdialog.admin import app

    return list(app.create(stage.service).url_map.iter_rules())


def test_nothing_changes_by_merely_opening_an_address(admin: Visitor, installation: Stage, anna: str) -> None:
    before = (
        installation.administrator.accounts(),
        keys.listing(installation.service),
        len(audit.listing(installation.service)),
    )
    for rule in application_rules(installation):
        if "GET" in rule.methods and rule.endpoint != "static":
            name = keys.show(installation.service, "Firma").public_id
            path = str(rule).replace("<any(enable, disable, rotate, delete):act>", "delete")
            for old, new in (("<number>", anna), ("<key_id>", name), ("<message_id>", "i1"), ("<code>", "da")):
                path = path.replace(old, new)
            assert admin.opens(path).status in (200, 404), path
    after = (
        installation.administrator.accounts(),
        keys.listing(installation.service),
        len(audit.listing(installation.service)),
    )
    assert after == before


def test_a_manager_reaches_his_own_keys_and_nothing_else(
    people: Callable[..., Visitor], admin: Visitor, installation: Stage, anna: str
) -> None:
    keys.create(installation.service, "Salg")
    bo = installation.employee("bo@salg.example")
    mine = installation.administrator.opens_account(bo, "Salg").number
    installation.customer.texts(anna, "til Anna")
    installation.customer.texts(mine, "til Bo")
    installation.anna.writes(installation.key, "123", "forkert nummer")
    salg, firma = (keys.show(installation.service, label).public_id for label in ("Salg", "Firma"))
    manager = people("leder", Role.MANAGER, ("Salg",))
    for path in (
        "/admin/accounts/",
        "/admin/messages/",
        "/admin/keys/",
        "/admin/accounts/new",
        "/admin/messages/?attention=1",
    ):
        page = manager.opens(path)
        assert page.status == 200
        assert ("anna@firma" in page.html, "Firma" in page.html, firma in page.html) == (False, False, False), path
    assert "bo@salg.example" in manager.opens("/admin/accounts/").text
    assert "bo@salg.example" in manager.opens("/admin/messages/").text
    assert "No message matches" in manager.opens("/admin/messages/?q=anna@firma.example").text
    assert "anna" not in manager.opens("/admin/messages/?q=20123456").text
    token = manager.token()
    foreign = {
        f"/admin/keys/{firma}/": {"label": "Min"},
        **{f"/admin/keys/{firma}/{act}": {"days": "0"} for act in ("enable", "disable", "rotate", "delete")},
        f"/admin/accounts/{anna}/": {"email": "x@salg.example", "key": salg},
        **{f"/admin/accounts/{anna}/{act}": {} for act in ("close", "resume", "forget")},
        "/admin/messages/o1/resend": {},
    }
    before = (installation.administrator.accounts(), keys.listing(installation.service))
    for path, fields in foreign.items():
        assert manager.posts(path, {"form": token, **fields}).status in (404, 409), path
        assert manager.opens(path).status in (404, 405), path
    for path in (f"/admin/accounts/{anna}/qr", f"/admin/accounts/{anna}/qr.svg", f"/admin/accounts/{anna}/qr.zip"):
        assert manager.opens(path).status == 404
    for path in ("/admin/messages/i1/", "/admin/messages/m1/"):
        assert (manager.opens(path).status, admin.opens(path).status) == (404, 200)
    assert (
        manager.posts(f"/admin/accounts/{mine}/", {"form": token, "email": "b@salg.example", "key": firma}).status
        == 409
    )
    assert manager.posts("/admin/accounts/new", {"form": token, "email": "b@salg.example", "key": firma}).status == 409
    assert (installation.administrator.accounts(), keys.listing(installation.service)) == before
    assert manager.opens("/admin/log/").status == 403


def test_a_key_that_a_manager_makes_is_his(people: Callable[..., Visitor], installation: Stage) -> None:
    manager = people("leder", Role.MANAGER)
    assert "There are no API keys yet" in manager.opens("/admin/keys/").text
    manager.sends(manager.opens("/admin/keys/"), "/keys/", label="Hans egen")
    assert "Hans egen" in manager.opens("/admin/keys/").text
    assert (
        "is open" in manager.sends(manager.opens("/admin/accounts/new"), "/accounts/new", email="bo@firma.example").text
    )


def test_a_label_that_is_another_keys_id_draws_nothing_to_it(
    admin: Visitor, people: Callable[..., Visitor], installation: Stage
) -> None:
    manager = people("leder", Role.MANAGER)
    firma = keys.show(installation.service, "Firma").public_id
    manager.sends(manager.opens("/admin/keys/"), "/keys/", label=firma)
    admin.sends(admin.opens("/admin/accounts/new"), "/accounts/new", key=firma, email="bo@firma.example")
    assert [opened.key for opened in installation.administrator.accounts()] == ["Firma"]
    assert "Firma" in admin.opens(f"/admin/keys/{firma}/rotate").text


def test_a_key_that_is_taken_from_a_manager_is_gone_at_once(
    people: Callable[..., Visitor], installation: Stage
) -> None:
    manager = people("leder", Role.MANAGER, ("Firma",))
    assert "Firma" in manager.opens("/admin/keys/").text
    user.revoke(installation.service, "leder", "Firma")
    assert "Firma" not in manager.opens("/admin/keys/").text


@pytest.mark.parametrize("event", ["another password", "disabled", "signed out", "too old"])
def test_a_stolen_cookie_dies(event: str, admin: Visitor, installation: Stage) -> None:
    thief = Visitor(served(installation))
    thief.client.set_cookie("__Host-smsdialog", admin.cookie() or "", domain="sms.firma.example", secure=True)
    assert thief.opens("/admin/accounts/").path == "/admin/accounts/"
    if event == "another password":
        user.set_password(installation.service, "admin", "et helt andet ord")
    elif event == "disabled":
        user.disable(installation.service, "admin")
    elif event == "signed out":
        admin.posts("/admin/sign-out", {"form": admin.token()})
    else:
        installation.clock.passes(hours=9)
    for browser in (thief, admin):
        assert browser.opens("/admin/accounts/").path.startswith("/admin/sign-in")


def test_ones_own_session_outlives_ones_own_new_password_and_a_stolen_one_does_not(
    admin: Visitor, installation: Stage
) -> None:
    thief = Visitor(served(installation))
    thief.client.set_cookie("__Host-smsdialog", admin.cookie() or "", domain="sms.firma.example", secure=True)
    new = "et helt andet ord"
    admin.sends(admin.opens("/admin/password"), "/password", current=PASSWORD, new=new, again=new)
    assert admin.opens("/admin/accounts/").path == "/admin/accounts/"
    assert thief.opens("/admin/accounts/").path.startswith("/admin/sign-in")


def test_a_thief_of_a_session_guesses_no_more_passwords_than_anybody(admin: Visitor, installation: Stage) -> None:
    new = "et helt andet ord"
    fields = {"form": admin.token(), "new": new, "again": new}
    said = [admin.posts("/admin/password", {**fields, "current": f"gæt nummer {n}"}).status for n in range(7)]
    assert said == [409] * PER_NAME_AND_ADDRESS + [429, 429]
    assert admin.posts("/admin/password", {**fields, "current": PASSWORD}).status == 429
    installation.clock.passes(hours=1)
    assert admin.posts("/admin/password", {**fields, "current": PASSWORD}).path == "/admin/status/"


def test_signing_out_is_recorded(admin: Visitor, installation: Stage) -> None:
    admin.posts("/admin/sign-out", {"form": admin.token()})
    newest = audit.listing(installation.service)[0]
    assert (newest.act, newest.who, newest.origin) == ("user.sign-out", "admin", "web 192.0.2.7")


def test_a_cookie_that_was_touched_is_worth_nothing(admin: Visitor, installation: Stage) -> None:
    whole = admin.cookie() or ""
    other = "A" if whole[-5] != "A" else "B"  # of the last one not every bit counts
    for forged in (whole[:-2], whole[:-5] + other + whole[-4:], "." + whole, "e30.x.y", ""):
        thief = Visitor(served(installation))
        thief.client.set_cookie("__Host-smsdialog", forged, domain="sms.firma.example", secure=True)
        assert thief.opens("/admin/accounts/").path.startswith("/admin/sign-in"), forged


def test_a_session_of_another_installation_is_worth_nothing(admin: Visitor, build, people) -> None:
    other = build(top='language = "en"')
    people("admin", stage=other)
    thief = Visitor(served(other))
    thief.client.set_cookie("__Host-smsdialog", admin.cookie() or "", domain="sms.firma.example", secure=True)
    assert thief.opens("/admin/accounts/").path.startswith("/admin/sign-in")


def test_a_session_that_was_planted_before_signing_in_is_not_kept(installation: Stage, people) -> None:
    people("admin")
    victim = Visitor(served(installation))
    planted = victim.opens("/admin/sign-in").form("/sign-in").fields["form"]
    victim.signs_in("admin")
    assert victim.posts("/admin/keys/", {"form": planted, "label": "Plantet"}).status == 400
    assert victim.token() != planted


def test_cookies_are_for_https_and_for_the_server_alone(admin: Visitor, visitor: Visitor) -> None:
    answer = visitor.request("GET", "/admin/sign-in")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-smsdialog=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    language = visitor.request("GET", "/admin/language/da").headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(language.split("; "))


def test_plain_http_has_its_cookies_only_where_the_configuration_says_so(build, people) -> None:
    stage = build(tables="[admin]\ninsecure_cookies = true")
    user.create(stage.service, "admin", Role.ADMINISTRATOR, PASSWORD)
    local = Visitor(served(stage), base="http://127.0.0.1:8000")
    assert local.signs_in("admin").status == 200
    answer = Visitor(served(stage), base="http://127.0.0.1:8000").request("GET", "/admin/sign-in")
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]


def test_no_answer_says_which_part_was_wrong(people, installation: Stage, visitor: Visitor) -> None:
    people("admin")
    user.create(installation.service, "gammel", Role.READER, PASSWORD)
    user.disable(installation.service, "gammel")
    answers = []
    for name, password in (("admin", "forkert ord her"), ("ingen", PASSWORD), ("gammel", PASSWORD), ("", "")):
        page = visitor.signs_in(name, password)
        answers.append((page.status, re.sub(r'value="[^"]*"', "", page.html).replace(" autofocus", "")))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401


def test_an_unknown_user_takes_as_long_as_a_known_one(
    people, installation: Stage, monkeypatch, visitor: Visitor
) -> None:
    from smsdialog.dialog import password

    people("admin")
    costs: list[tuple[int, int, int]] = []
    real = password._scrypt

    def counted(text: str, salt: bytes, *cost: int) -> bytes:
        costs.append(cost)  # type: ignore[arg-type]
        return real(text, salt, *cost)

    monkeypatch.setattr(password, "_scrypt", counted)
    visitor.signs_in("admin", "forkert ord her")
    visitor.signs_in("ingen", "forkert ord her")
    assert len(costs) == 2
    assert costs[0] == costs[1]


def test_guessing_ends_after_a_few_tries_for_this_process_and_the_next(people, installation: Stage) -> None:
    people("admin")
    guesser = Visitor(served(installation), address="198.51.100.9")
    statuses = [guesser.signs_in("admin", f"gæt nummer {n} her").status for n in range(PER_NAME_AND_ADDRESS + 1)]
    assert statuses == [401] * PER_NAME_AND_ADDRESS + [429]
    again = Visitor(served(installation), address="198.51.100.9")
    assert again.signs_in("admin").status == 429
    assert Visitor(served(installation), address="203.0.113.1").signs_in("admin").status == 200
    installation.clock.passes(minutes=16)
    assert again.signs_in("admin").status == 200


def test_behind_a_socket_of_both_families_one_guesser_locks_nobody_else_out(installation: Stage, people) -> None:
    people("admin")
    guesser = Visitor(served(installation), address="::ffff:192.0.2.9")
    for n in range(PER_ADDRESS):
        guesser.signs_in(f"navn{n}", "forkert ord her")
    assert guesser.signs_in("admin").status == 429
    assert Visitor(served(installation), address="::ffff:192.0.2.10").signs_in("admin").status == 200


def test_guessing_at_many_names_ends_too(installation: Stage, people) -> None:
    people("admin")
    guesser = Visitor(served(installation), address="2001:db8::1")
    statuses = [guesser.signs_in(f"navn{n}", "forkert ord her").status for n in range(PER_ADDRESS)]
    assert set(statuses) == {401}
    assert Visitor(served(installation), address="2001:db8::beef").signs_in("admin").status == 429
    assert Visitor(served(installation), address="2001:db8:1::1").signs_in("admin").status == 200


def test_what_was_typed_as_a_name_is_not_kept(installation: Stage, visitor: Visitor) -> None:
    visitor.signs_in("mit hemmelige ord", "x")
    stored = b"".join(path.read_bytes() for path in (installation.folder / "state").iterdir())
    assert b"mit hemmelige ord" not in stored


PROXY = '[admin]\nproxy_user_header = "X-Remote-User"\ntrusted_proxies = ["192.0.2.80/32"]'


@pytest.mark.parametrize("address", ["192.0.2.80", "::ffff:192.0.2.80"])
def test_a_trusted_proxy_signs_in_whom_it_names(build, address: str) -> None:
    stage = build(top='language = "en"', tables=PROXY)
    user.create(stage.service, "anna", Role.ADMINISTRATOR, PASSWORD)
    browser = Visitor(served(stage), address=address)
    browser.headers = {"X-Remote-User": "Anna", "X-Forwarded-For": "203.0.113.5"}
    page = browser.opens("/admin/keys/")
    assert "Sign out" not in page.text
    assert "The key for Nye" in browser.sends(page, "/keys/", label="Nye").text
    assert ("anna", "web 203.0.113.5") in [(act.who, act.origin) for act in audit.listing(stage.service)]


def test_the_header_of_anybody_else_is_worth_nothing(build) -> None:
    stage = build(top='language = "en"', tables=PROXY)
    user.create(stage.service, "anna", Role.ADMINISTRATOR, PASSWORD)
    for address in ("192.0.2.81", "127.0.0.1", ""):
        browser = Visitor(served(stage), address=address)
        browser.headers = {"X-Remote-User": "anna", "X-Forwarded-For": "192.0.2.80"}
        assert browser.opens("/admin/keys/").path.startswith("/admin/sign-in"), address


def test_without_the_configuration_no_header_counts(installation: Stage, people) -> None:
    people("anna")
    browser = Visitor(served(installation), address="127.0.0.1")
    browser.headers = {"X-Remote-User": "anna"}
    assert browser.opens("/admin/keys/").path.startswith("/admin/sign-in")


def test_a_proxy_that_names_nobody_we_know_lets_nobody_in(build) -> None:
    stage = build(top='language = "en"', tables=PROXY)
    user.create(stage.service, "anna", Role.ADMINISTRATOR, PASSWORD)
    user.disable(stage.service, "anna")
    for name in ("anna", "ingen", "<script>"):
        browser = Visitor(served(stage), address="192.0.2.80")
        browser.headers = {"X-Remote-User": name}
        assert browser.opens("/admin/keys/").status == 403


def test_a_form_of_one_user_of_a_proxy_is_not_the_next_ones(build) -> None:
    stage = build(top='language = "en"', tables=PROXY)
    for name in ("anna", "bo"):
        user.create(stage.service, name, Role.ADMINISTRATOR, PASSWORD)
    browser = Visitor(served(stage), address="192.0.2.80")
    browser.headers = {"X-Remote-User": "anna"}
    form = browser.opens("/admin/keys/")
    browser.headers = {"X-Remote-User": "bo"}
    assert browser.sends(form, "/keys/", label="Nye").status == 400


def test_the_address_of_a_visitor_cannot_be_made_up(installation: Stage, people) -> None:
    people("admin")
    for n in range(PER_NAME_AND_ADDRESS + 1):
        guesser = Visitor(served(installation), address="198.51.100.9")
        guesser.headers = {"X-Forwarded-For": f"203.0.113.{n}"}
        status = guesser.signs_in("admin", "forkert ord her").status
    assert status == 429


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/inbound/main",
        "/admin/\r\nX: y",
        "javascript:alert(1)",
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(people, installation: Stage, wanted: str) -> None:
    people("admin")
    browser = Visitor(served(installation))
    page = browser.sends(
        browser.opens("/admin/sign-in", next=wanted), "/sign-in", name="admin", password=PASSWORD, next=wanted
    )
    assert page.path == "/admin/accounts/"
    assert browser.opens("/admin/language/en", next=wanted).path == "/admin/accounts/"


def test_every_answer_carries_the_headers_that_keep_a_browser_in_check(
    admin: Visitor, visitor: Visitor, anna: str
) -> None:
    for browser, path in (
        (admin, "/admin/accounts/"),
        (visitor, "/admin/sign-in"),
        (admin, "/admin/nope"),
        (visitor, "/admin/keys/"),
        (admin, "/admin/static/admin.js"),
        (admin, f"/admin/accounts/{anna}/qr.svg"),
    ):
        headers = browser.request("GET", path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "max-age" in headers["Strict-Transport-Security"]
        assert headers["Cache-Control"] == ("public, max-age=3600" if "static" in path else "no-store")


def test_pages_load_nothing_from_elsewhere_and_hold_no_code(admin: Visitor, anna: str) -> None:
    for path in (*PAGES, f"/admin/accounts/{anna}/", f"/admin/accounts/{anna}/qr", f"/admin/accounts/{anna}/close"):
        html = admin.opens(path).html
        harmless(html)
        assert "http://" not in html
        assert "https://" not in html


def test_a_form_that_is_too_large_is_refused(admin: Visitor) -> None:
    assert admin.posts("/admin/keys/", {"form": admin.token(), "label": "x" * 100_000}).status == 413


def test_static_files_lead_nowhere_else(admin: Visitor) -> None:
    for path in (
        "/admin/static/../templates/base.html",
        "/admin/static/%2e%2e/app.py",
        "/admin/static//etc/passwd",
        "/admin/static/",
    ):
        answer = admin.request("GET", path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store"), path


def test_a_store_that_is_away_is_a_503_without_a_word_of_it(admin: Visitor, installation: Stage) -> None:
    (installation.folder / "state" / "smsdialog.db").write_bytes(b"no database at all" * 1000)
    for path in installation.folder.joinpath("state").glob("smsdialog.db-*"):
        path.unlink()
    installation.service.store.close()
    page = admin.opens("/admin/accounts/")
    assert page.status == 503
    assert "nothing was changed" in page.text
    assert "sqlite" not in page.html.lower()


def test_an_outdated_schema_names_the_command(build) -> None:
    from sqlalchemy import text

    stage = build(top='language = "en"')
    with stage.service.store.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    page = Visitor(served(stage)).opens("/admin/accounts/")
    assert (page.status, "smsdialog db upgrade" in page.text) == (503, True)


def test_the_password_stands_nowhere(admin: Visitor, installation: Stage) -> None:
    stored = b"".join(path.read_bytes() for path in (installation.folder / "state").iterdir() if path.is_file())
    assert PASSWORD.encode() not in stored
    with installation.service.store.reading() as tx:
        from smsdialog.store import users

        first = users.password_hash(tx, 1)
    user.create(installation.service, "anden", Role.READER, PASSWORD)
    with installation.service.store.reading() as tx:
        assert users.password_hash(tx, 2) != first
    assert first.startswith("scrypt$")


def test_who_may_change_nothing_undoes_what_he_changes(installation: Stage) -> None:
    """The last line: without its record no change is committed, whatever page forgot to ask."""
    from smsdialog.dialog.actor import Actor
    from smsdialog.errors import Forbidden

    service = replace(installation.service, actor=Actor("laeser", "web", Role.READER))
    with pytest.raises(Forbidden):
        account.open_account(service, "bo@firma.example", "Firma", "")
    with pytest.raises(Forbidden):
        keys.create(service, "Ny")
    assert installation.administrator.accounts() == []
