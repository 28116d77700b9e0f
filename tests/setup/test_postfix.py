"""`smsdialog setup postfix`: what is printed is what is written, and what is taken out again."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.needs("postfix"), pytest.mark.needs("root")]
POLICY = '[serve]\npolicy = "127.0.0.1:10044"\nlmtp = "/run/smsdialog/lmtp.sock"'


def test_without_apply_the_lines_are_printed_and_nothing_is_changed(host):
    before = host.files()
    printed = host.ok()
    assert "relay_domains = sms.firma.example\n" in printed
    assert f"argv={host.base}/bin/smsdialog-deliver --config {host.config} --sender ${{sender}}" in printed
    assert "postmaster@sms.firma.example       drift@firma.example\n" in printed
    assert host.files() == before


def test_what_is_applied_the_doctor_finds_healthy(host):
    assert host.findings()
    host.ok("--apply", "--yes")
    assert host.findings() == []


def test_what_is_applied_with_a_door_the_doctor_finds_healthy(host):
    host.configure(tables=POLICY)
    host.ok("--apply", "--yes")
    assert host.findings() == []
    assert host.setting("smtpd_recipient_restrictions").startswith("check_policy_service { inet:127.0.0.1:10044")


def test_undo_leaves_every_file_as_it_was(host):
    host.configure(tables=POLICY)
    before = host.files()
    host.ok("--apply", "--yes")
    assert host.files() != before
    host.ok("--undo", "--yes")
    assert host.files() == before
    assert not (host.etc / "smsdialog").exists()


def test_a_second_time_there_is_nothing_to_do(host):
    host.ok("--apply", "--yes")
    before = host.files()
    assert host.ok("--apply", "--yes") == "nothing to change\n"
    assert host.ok().endswith("# all of it stands there already\n")
    assert host.files() == before


@pytest.mark.parametrize(("name", "last"), [("main.cf", "# the end"), ("main.cf", "relayhost ="), ("master.cf", "#")])
def test_a_last_line_that_was_never_ended_is_not_gone_on_with(host, name, last):
    with (host.etc / name).open("a") as file:
        file.write(last)
    host.ok("--apply", "--yes")
    assert host.ok("--apply", "--yes") == "nothing to change\n"
    assert host.findings() == []


def test_a_copy_of_the_files_is_kept(host):
    before = host.files()
    host.ok("--apply", "--yes")
    copies = {path.name: path.read_bytes() for path in (host.etc / "smsdialog" / "before").iterdir()}
    assert {before["main.cf"], before["master.cf"]} == set(copies.values())


def test_it_asks_first(host):
    before = host.files()
    assert host.setup("--apply", answer="n\n").status == 1
    assert host.files() == before
    assert host.setup("--apply", answer="y\n").status == 0
    assert host.findings() == []


def test_what_postfix_has_stays_beside_ours(host):
    host.postfix_has(
        "relay_domains = other.example\ntransport_maps =\n  texthash:/etc/postfix/transport,\n  static:smtp"
    )
    host.ok("--apply", "--yes")
    assert host.setting("relay_domains") == "sms.firma.example, other.example"
    ours = f"texthash:{host.etc}/smsdialog/transport"
    assert host.setting("transport_maps") == f"{ours}, texthash:/etc/postfix/transport, static:smtp"
    host.ok("--undo", "--yes")
    assert host.setting("relay_domains") == "other.example"
    assert host.setting("transport_maps") == "texthash:/etc/postfix/transport, static:smtp"


def test_what_was_set_up_by_hand_is_left_as_it_is(host):
    host.postfix_has("relay_domains = $mydestination, sms.firma.example")
    host.ok("--apply", "--yes")
    host.ok("--undo", "--yes")
    assert "relay_domains = $mydestination, sms.firma.example\n" in host.files()["main.cf"].decode()


def test_what_others_add_afterwards_outlives_the_undo(host):
    host.ok("--apply", "--yes")
    main = host.etc / "main.cf"
    main.write_text(
        main.read_text().replace("relay_domains = sms.firma.example", "relay_domains = sms.firma.example new.example")
    )
    host.ok("--undo", "--yes")
    assert host.setting("relay_domains") == "new.example"


def test_what_others_changed_afterwards_is_left_and_said(host):
    host.ok("--apply", "--yes")
    main = host.etc / "main.cf"
    main.write_text(main.read_text().replace("smsdialog_time_limit = 300s", "smsdialog_time_limit = 400s"))
    told = host.ok("--undo", "--yes")
    assert "smsdialog_time_limit was changed since, and is left as it is" in told
    assert "smsdialog_time_limit = 400s" in main.read_text()


def test_another_service_of_that_name_comes_back(host):
    entry = "smsdialog unix - n n - 2 pipe flags=F user=nobody argv=/bin/true ${recipient}"
    with (host.etc / "master.cf").open("a") as file:
        file.write(f"{entry}\n")
    host.ok("--apply", "--yes")
    assert host.findings() == []
    host.ok("--undo", "--yes")
    assert " ".join(host.files()["master.cf"].decode().split()).endswith(entry)


def test_another_domain_takes_the_place_of_the_one_before(host):
    host.ok("--apply", "--yes")
    host.configure(domain="tekst.firma.example")
    host.ok("--apply", "--yes")
    assert host.findings() == []
    assert host.setting("relay_domains") == "tekst.firma.example"
    host.ok("--undo", "--yes")
    assert not (host.etc / "smsdialog").exists()


def test_a_door_that_is_closed_goes_from_postfix_too(host):
    host.configure(tables=POLICY)
    host.ok("--apply", "--yes")
    host.configure()
    assert [row["then"] for row in host.wanting()] == [None]
    host.ok("--apply", "--yes")
    assert host.setting("smtpd_recipient_restrictions") == ""


def test_a_list_of_recipients_gets_the_domain(host):
    (host.etc / "people").write_text("anna@other.example x\n")
    host.postfix_has(f"relay_recipient_maps = texthash:{host.etc}/people")
    host.ok("--apply", "--yes")
    assert host.findings() == []


@pytest.mark.parametrize("name", ["mydestination", "virtual_mailbox_domains", "virtual_alias_domains"])
def test_a_domain_that_is_something_else_already_is_refused(host, name):
    host.postfix_has(f"{name} = localhost, sms.firma.example")
    assert f"{name} has sms.firma.example" in host.refused("--apply", "--yes")


def test_an_operator_in_the_products_domain_is_refused(host):
    host.configure(operator="drift@sms.firma.example")
    assert "would come back to the product" in host.refused("--apply", "--yes")


def test_a_catch_all_of_others_is_refused(host):
    (host.etc / "aliases").write_text("@sms.firma.example anna@firma.example\n")
    host.postfix_has(f"virtual_alias_maps = texthash:{host.etc}/aliases")
    assert "lead @sms.firma.example elsewhere" in host.refused("--apply", "--yes")


def test_lmtp_without_a_socket_is_refused(host):
    assert "offers no LMTP" in host.refused("--lmtp", "--apply", "--yes")


def test_with_lmtp_the_resident_has_the_mails(host):
    host.configure(tables=POLICY)
    printed = host.ok("--lmtp")
    assert "sms.firma.example      smsdialog-lmtp:unix:/run/smsdialog/lmtp.sock" in printed
    assert "adduser postfix smsdialog" in printed
    assert "pipe" not in printed.partition("# SMS-Dialog")[0]


def test_a_door_that_a_chroot_hides_is_refused(host):
    host.configure(tables='[serve]\npolicy = "/run/smsdialog/policy.sock"')
    assert "chroot" in host.refused("--apply", "--yes")


def test_another_mail_server_is_refused(host):
    assert "not Exim's" in host.refused("--apply", "--yes", server="exim")
    text = host.config.read_text().replace('"/usr/sbin/sendmail", "-C"', '"/bin/true", "-C"')
    host.config.write_text(text)
    assert "not Postfix's" in host.refused("--apply", "--yes")


def test_whoever_is_not_root_is_refused_but_may_look(host, monkeypatch):
    monkeypatch.setattr("smsdialog.cli.setup.os.geteuid", lambda: 1000)
    assert "call this as root" in host.refused("--apply", "--yes")
    assert "relay_domains = sms.firma.example" in host.ok()


def test_a_result_that_postfix_does_not_take_is_put_back(host):
    host.postfix_has("mail_owner = nobody-of-that-name")
    before = host.files()
    result = host.setup("--apply", "--yes")
    assert result.status == 1
    assert result.err == "smsdialog: 'postfix check' fails: the mail log says why; everything was put back\n"
    assert host.files() == before
