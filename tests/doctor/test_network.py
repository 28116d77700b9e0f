"""Faults of gateways, the web server, the DNS, the clock, the resident and sendmail."""

from __future__ import annotations

import os
import socket
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smsdialog import config as configuration
from smsdialog import handover
from smsdialog.doctor.finding import Unchecked
from smsdialog.errors import Unauthentic
from smsdialog.gateways import Gateways, WebCall
from smsdialog.simulator.configuration import snippet
from tests.e2e.daemons import LOOPBACK, free_port

DAY = 86_400


def test_a_gateway_that_is_dead(ward):
    ward.kannel.close()
    found = ward.finds("gateway-unreachable", "gateway 'main': no connection")
    line = ward.path.read_text().splitlines().index("[gateways.main]") + 1
    assert f"editor +{line} {ward.path}" in found.mend


def test_a_gateway_that_refuses_our_password(ward):
    ward.configure("kannel-password", "another-password")
    assert str(ward.path) in ward.finds("gateway-refused", "(403)").mend


def test_a_provider_that_refuses_our_token(ward):
    ward.kannel.status = 401
    ward.configure('type = "kannel"', 'type = "gatewayapi"\nwebhook_secret = "a-secret-of-ours"\napi_token = "wrong"')
    for line in ('username = "smsdialog"\n', 'password = "kannel-password"\n', 'token = "a-token-of-ours"\n'):
        ward.configure(line, "")
    ward.configure("/sendsms", "")
    ward.finds("gateway-refused", "refuses our credentials (401)")


def test_a_gateway_that_is_somebody_else(ward):
    ward.kannel.status = 404
    ward.finds("gateway-strange-answer", "404")


def test_a_gateway_that_cannot_be_asked_is_not_called_healthy(ward):
    table = """
[gateways.other]
type = "link"
url = "http://127.0.0.1:1"
username = "firma"
password = "change-me"
platform_id = "COMMON_API"
partner_id = "12345"
"""
    ward.path.write_text(f"{ward.path.read_text()}\n{table}")
    assert "gateway 'other'" in {unchecked.subject for unchecked in ward.examined().unchecked}


def test_a_public_address_at_which_nobody_answers(ward):
    ward.configure(ward.web.url, f"http://{LOOPBACK}:{free_port()}")
    ward.finds("public-url-unreachable", "Connection refused")


def test_a_public_address_of_somebody_else(ward):
    ward.web.status = 404
    ward.finds("public-url-elsewhere", "404")


def test_a_web_server_whose_database_is_away(ward):
    ward.web.status = 503
    ward.finds("web-unwell")


def test_a_web_server_that_does_not_know_the_gateway_yet(ward):
    older = ward.base / "older.toml"
    older.write_text(ward.path.read_text().replace("gateways.main", "gateways.former"))
    ward.web.reads(older)
    ward.finds("webhook-not-served", "/inbound/main is not known")


def test_an_inbound_address_that_takes_whatever_comes(ward):
    table = '[gateways.open]\ntype = "file"\n'
    ward.path.write_text(f"{ward.path.read_text()}\n{table}")
    ward.finds("webhook-unguarded", "/inbound/open says 400")


@pytest.mark.parametrize(("off", "words"), [(DAY, "1 days behind gateway 'main'"), (-DAY, "ahead of")])
def test_a_clock_that_is_off_by_a_day(ward, off, words):
    ward.kannel.seconds_off = off
    words = words.replace("1 days", "24 hours")
    assert "set-ntp" in ward.finds("clock-off", words).mend


def test_a_clock_that_was_set_back_behind_the_ledger(ward):
    ward.opens_accounts()
    ward.anna_writes()
    ward.sql("UPDATE outbound SET created_at = created_at + ?", DAY)
    ward.finds("clock-off", "the newest entry is 24 hours in the future")


def test_a_clock_that_is_off_by_a_second_is_right(ward):
    ward.kannel.seconds_off = 1.5
    ward.is_well()


def test_no_mx(ward):
    del ward.names.zone["sendmailsms.dk.", "MX"]
    assert "update add sendmailsms.dk. 3600 MX" in ward.finds("dns-mx", "has no MX record").mend


def test_a_domain_that_takes_no_mail(ward):
    ward.names.zone["sendmailsms.dk.", "MX"] = ["0 ."]
    ward.finds("dns-mx", "null MX")


def test_an_mx_without_an_address(ward):
    del ward.names.zone["mx.firma.example.", "A"]
    ward.finds("dns-mx-dead", "mx.firma.example")


def test_no_spf(ward):
    ward.names.zone["sendmailsms.dk.", "TXT"] = ['"v=spf10 mx"']
    ward.finds("dns-spf")


@pytest.mark.parametrize("records", [['"v=spf1 -all"'], ['"v=spf1 mx -all"', '"v=spf1 a -all"']])
def test_an_spf_that_lets_nobody_send(ward, records):
    ward.names.zone["sendmailsms.dk.", "TXT"] = records
    ward.finds("dns-spf-wrong")


def test_no_dmarc(ward):
    del ward.names.zone["_dmarc.sendmailsms.dk.", "TXT"]
    ward.finds("dns-dmarc")


def test_the_dmarc_of_the_organisation_does_for_a_domain_of_its_own_below(ward):
    zone = ward.names.zone
    for name, kind in [("sendmailsms.dk.", "MX"), ("sendmailsms.dk.", "TXT")]:
        zone[f"sms.{name}", kind] = zone.pop((name, kind))
    for table in ("transport", "virtual"):
        path = ward.etc / table
        path.write_text(path.read_text().replace("sendmailsms.dk", "sms.sendmailsms.dk"))
    ward.postconf("-e", "relay_domains = sms.sendmailsms.dk")
    ward.configure('domain = "sendmailsms.dk"', 'domain = "sms.sendmailsms.dk"')
    ward.is_well()


@pytest.fixture
def opendkim(ward, monkeypatch) -> Path:
    """OpenDKIM, as far as it says with which selector it signs."""
    path = ward.base / "opendkim.conf"
    path.write_text("Domain sendmailsms.dk\nSelector mail\n")
    monkeypatch.setattr("smsdialog.doctor.dns.OPENDKIM", path)
    return path


def test_a_key_that_is_in_the_dns(ward, opendkim):
    ward.is_well()
    assert ward.examined().unchecked == ()


def test_a_key_that_is_not_in_the_dns(ward, opendkim):
    opendkim.write_text("Selector other\n")
    assert "other.txt" in ward.finds("dns-dkim", "other._domainkey.sendmailsms.dk").mend


def test_a_key_that_was_revoked(ward, opendkim):
    ward.names.zone["mail._domainkey.sendmailsms.dk.", "TXT"] = ['"v=DKIM1; p="']
    ward.finds("dns-dkim")


def test_a_resolver_that_does_not_answer_says_nothing_of_the_domain(ward, monkeypatch):
    monkeypatch.setattr("smsdialog.doctor.dns.SECONDS", 0.3)
    ward.names.close()
    report = ward.examined()
    assert report.findings == ()
    assert "DNS" in {unchecked.subject for unchecked in report.unchecked}


def test_a_resolver_that_knows_nothing_at_all_says_nothing_of_the_domain(ward):
    ward.names.zone.clear()
    report = ward.examined()
    assert report.findings == ()
    assert Unchecked("DNS", "the resolver does not know the top-level domain: it is not connected to the DNS") in (
        report.unchecked
    )


@contextmanager
def speaking(path: Path, words: bytes) -> Iterator[None]:
    """Somebody who says these words to whoever connects."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        threading.Thread(target=_speak, args=(listening, words), daemon=True).start()
        yield
        listening.shutdown(socket.SHUT_RDWR)


def _speak(listening: socket.socket, words: bytes) -> None:
    while True:
        try:
            caller, _ = listening.accept()
        except OSError:
            return
        with caller:
            if words.startswith(b"action="):
                caller.recv(1000)
            caller.sendall(words)


def test_a_resident_of_this_version_and_configuration(ward):
    with speaking(ward.state / "pipe.sock", handover.greeting(os.path.realpath(ward.path))):
        ward.is_well()


def test_a_resident_of_another_version(ward):
    with speaking(ward.state / "pipe.sock", b"220 smsdialog 0.0.1 /etc/smsdialog/smsdialog.toml\r\n"):
        assert ward.finds("resident-other-version", "0.0.1").mend == "systemctl restart smsdialog"


def test_a_resident_that_was_killed(ward):
    with speaking(ward.state / "pipe.sock", b""):
        pass
    assert "rm " in ward.finds("resident-stale").mend


def test_a_policy_service_that_is_not_there(ward):
    ward.configure('policy = ""', f'policy = "{LOOPBACK}:{free_port()}"')
    ward.finds("resident-absent", "serve.policy")


def test_an_lmtp_socket_that_is_not_there(ward):
    ward.configure('policy = ""', f'lmtp = "{ward.base}/lmtp.sock"')
    ward.finds("resident-absent", "serve.lmtp")


def test_a_policy_service_that_answers(ward):
    with speaking(ward.base / "policy.sock", b"action=dunno\n\n"):
        ward.configure('policy = ""', f'policy = "{ward.base}/policy.sock"')
        ward.is_well()


def test_no_sendmail(ward):
    ward.configure("/usr/sbin/sendmail", "/usr/sbin/sendmial")
    found = ward.finds("sendmail-missing", "/usr/sbin/sendmial")
    assert f"editor +10 {ward.path}" in found.mend


def test_a_sendmail_that_only_root_may_run(ward):
    program = ward.base / "bin" / "sendmail"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o700)
    ward.configure("/usr/sbin/sendmail", str(program))
    ward.mends("sendmail-not-runnable")


def test_a_mail_server_that_is_not_understood_is_not_called_healthy(ward):
    program = ward.base / "bin" / "msmtp"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    ward.configure("/usr/sbin/sendmail", str(program))
    assert "mail server" in {unchecked.subject for unchecked in ward.examined().unchecked}


def test_no_type_of_gateway_lets_a_stranger_in_or_is_called_open():
    tables = tomllib.loads(f'domain = "sendmailsms.dk"\n{snippet("http://127.0.0.1:9", "http://127.0.0.1:8")}')
    gateways = Gateways(configuration.read(tables, "simulated"))
    assert len(tables["gateways"]) > 15
    for name in tables["gateways"]:
        with pytest.raises(Unauthentic):
            gateways.inbound(name, WebCall("GET", b"", {}, b"", received_at=0.0))
