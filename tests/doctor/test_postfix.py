"""Faults of Postfix: each is put into a real configuration, and taken out again as the doctor says."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e.postfix import OPERATOR
from tests.e2e.shipped import shipped


def test_a_map_that_leads_to_another_domain(ward):
    (ward.etc / "transport").write_text("sendmailsms.dx smsdialog:\n")
    ward.mends("postfix-route", "to nothing of ours")
    ward.is_well()


def test_a_map_that_leads_to_a_service_of_another_kind(ward):
    (ward.etc / "transport").write_text("sendmailsms.dk error:no such service\n")
    ward.finds("postfix-route", "error:no such service")


def test_no_transport_maps(ward):
    ward.postconf("-e", "transport_maps =")
    ward.mends("postfix-route")


def test_a_service_that_master_cf_does_not_have(ward):
    ward.postconf("-MX", "smsdialog/unix")
    found = ward.finds("postfix-service", "no service 'smsdialog'")
    ward.runs(found.mend)
    assert "postfix-service" not in {one.kind.code for one in ward.examined().findings}


@pytest.mark.parametrize("name", ["mydestination", "virtual_mailbox_domains", "virtual_alias_domains"])
def test_the_domain_in_another_class_too(ward, name):
    ward.postconf("-e", f"{name} = localhost, sendmailsms.dk")
    ward.mends("postfix-domain-class", name)
    ward.is_well()


def test_a_domain_that_is_not_relayed(ward):
    ward.postconf("-e", "relay_domains = elsewhere.example")
    ward.mends("postfix-not-relayed")
    ward.is_well()


def test_a_list_of_recipients_without_numbers(ward):
    (ward.etc / "recipients").write_text("help@sendmailsms.dk x\n")
    ward.postconf("-e", f"relay_recipient_maps = texthash:{ward.etc}/recipients")
    ward.mends("postfix-recipient-maps")
    ward.is_well()


def test_a_list_of_recipients_that_has_the_whole_domain(ward):
    (ward.etc / "recipients").write_text("@sendmailsms.dk x\n")
    ward.postconf("-e", f"relay_recipient_maps = texthash:{ward.etc}/recipients")
    ward.is_well()


def test_fifty_recipients_a_run(ward):
    ward.postconf("-X", "smsdialog_destination_recipient_limit")
    ward.mends("postfix-recipient-limit", "50, not 1")
    ward.is_well()


@pytest.mark.parametrize("instead", ["", " null_sender=MAILER-DAEMON"])
def test_a_bounce_from_mailer_daemon(ward, instead):
    ward.pipe(" null_sender=\n", f"{instead}\n")
    ward.mends("postfix-null-sender")
    ward.is_well()


def test_a_crash_that_bounces(ward):
    ward.pipe(f"  -o pipe_delivery_status_filter=regexp:{ward.etc}/smsdialog-status\n", "")
    ward.mends("postfix-status-filter")
    ward.is_well()


def test_a_filter_whose_table_is_gone(ward):
    (ward.etc / "smsdialog-status").unlink()
    ward.mends("postfix-status-filter")


@pytest.mark.parametrize("user", ["nosuchuser", "root", "postfix", "nobody"])
def test_a_pipe_of_the_wrong_user(ward, user):
    ward.pipe("user=smsdialog", f"user={user}")
    ward.mends("postfix-pipe-user", user)
    ward.is_well()


def test_a_configuration_that_the_pipe_may_not_read(ward):
    shutil.chown(ward.path, "root", "root")
    ward.mends("postfix-pipe-user", "may not read")
    ward.is_well()


def test_a_command_that_is_not_there(ward):
    (ward.base / "bin" / "smsdialog-deliver").unlink()
    assert "/usr/bin/smsdialog-deliver" in ward.finds("postfix-pipe-command", "is not there").mend


def test_a_command_that_only_root_may_run(ward):
    (ward.base / "bin" / "smsdialog-deliver").chmod(0o700)
    ward.mends("postfix-pipe-command", "may not run")
    ward.is_well()


def test_a_command_whose_interpreter_is_gone(ward):
    (ward.base / "bin" / "smsdialog-deliver").write_text("#!/nonexistent/python3\n")
    ward.finds("postfix-pipe-command", "its interpreter")


@pytest.mark.parametrize(
    ("word", "instead"),
    [
        ("  --queue-id ${queue_id}\n", ""),
        ("--sender ${sender}", "--sender ${recipient}"),
        ("-- ${recipient}", "${recipient}"),
        ("  --client-address ${client_address}\n", ""),
    ],
)
def test_a_pipe_that_says_less_than_it_knows(ward, word, instead):
    ward.pipe(word, instead)
    ward.mends("postfix-pipe-arguments")
    ward.is_well()


def test_a_pipe_with_another_configuration(ward):
    ward.pipe(f"--config {ward.path}", "--config /etc/other.toml")
    ward.finds("postfix-other-config", "/etc/other.toml")


def test_a_pipe_in_a_chroot(ward):
    ward.pipe("smsdialog unix  -       n       n ", "smsdialog unix  -       n       y ")
    ward.mends("postfix-chroot")
    ward.is_well()


def test_a_hundred_pipes_at_a_time(ward):
    ward.pipe("-       8       pipe", "-       -       pipe")
    ward.mends("postfix-maxproc")
    ward.is_well()


def test_a_minute_for_a_run(ward):
    ward.postconf("-e", "smsdialog_time_limit = 1m")
    ward.mends("postfix-time-limit", "is 1m")
    ward.is_well()


def test_queue_ids_that_come_back(ward):
    ward.postconf("-X", "enable_long_queue_ids")
    ward.mends("postfix-queue-ids")
    ward.is_well()


def test_a_postmaster_whom_nobody_reads(ward):
    (ward.etc / "virtual").write_text("root@sendmailsms.dk operator@firma.example\n")
    ward.mends("postfix-people", "postmaster@sendmailsms.dk leads to nobody")
    ward.is_well()


def test_an_abuse_address_that_leads_back_to_us(ward):
    text = (ward.etc / "virtual").read_text()
    ward_line = "abuse@sendmailsms.dk            drift@firma.example"
    assert ward_line in text
    (ward.etc / "virtual").write_text(text.replace(ward_line, "abuse@sendmailsms.dk help@sendmailsms.dk"))
    ward.mends("postfix-people", "leads back to help@sendmailsms.dk")


def test_a_door_that_shuts_while_the_resident_restarts(ward):
    ward.postconf("-e", "smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:10044")
    ward.mends("postfix-policy-default", "451 4.3.5")
    ward.is_well()


def test_results_that_anybody_can_forge(ward):
    ward.configure("trusted_authserv_ids = []", 'trusted_authserv_ids = ["mx.firma.example", "mx2.firma.example"]')
    ward.mends("forged-results", "mx.firma.example")
    ward.is_well()


def test_results_that_a_milter_may_take_out_are_for_a_mail_to_show(ward):
    ward.configure("trusted_authserv_ids = []", 'trusted_authserv_ids = ["mx.firma.example"]')
    ward.postconf("-e", "smtpd_milters = inet:127.0.0.1:8891")
    ward.is_well()


@pytest.fixture
def alias(ward):
    """The ward with the alternative: a pipe in an alias file."""
    main = (ward.etc / "main.cf").read_text()
    ours = shipped("postfix/main.cf", {"/etc/postfix/smsdialog": str(ward.etc)})
    alternative = shipped("postfix/alias/main.cf", {"/etc/postfix/smsdialog": str(ward.etc), "hash:/etc/aliases, ": ""})
    assert ours in main
    (ward.etc / "main.cf").write_text(main.replace(ours, alternative).replace("alias_maps =\n", "", 1))
    ward.postconf("-MX", "smsdialog/unix")
    (ward.etc / "virtual").write_text(shipped("postfix/alias/virtual", {"postmaster@example.dk": OPERATOR}))
    program = f"{ward.base}/bin/smsdialog-deliver"
    (ward.etc / "aliases").write_text(shipped("postfix/alias/aliases", {"/usr/bin/smsdialog-deliver": program}))
    shutil.chown(ward.etc / "aliases", "smsdialog")
    return ward


def test_the_alternative_is_healthy_as_well(alias):
    alias.is_well()


def test_an_alias_that_leads_to_nothing(alias):
    (alias.etc / "aliases").write_text("somebody-else root\n")
    alias.finds("postfix-alias-route")


def test_an_alias_with_several_recipients(alias):
    program = f"{alias.base}/bin/smsdialog-deliver"
    (alias.etc / "aliases").write_text(f'smsdialog-deliver "|{program}", anna@firma.example\n')
    alias.mends("postfix-alias-several", "2 destinations")
    alias.is_well()


def test_a_domain_that_leads_to_two_aliases(alias):
    text = (alias.etc / "virtual").read_text()
    several = "smsdialog-deliver@localhost, archive@firma.example"
    (alias.etc / "virtual").write_text(text.replace("smsdialog-deliver@localhost", several))
    alias.finds("postfix-alias-several", "archive@firma.example")


def test_an_alias_that_forgets_who_was_written_to(alias):
    alias.postconf("-e", "enable_original_recipient = no")
    alias.mends("postfix-alias-original-recipient")
    alias.is_well()


def test_an_alias_file_of_roots(alias):
    shutil.chown(alias.etc / "aliases", "root")
    alias.mends("postfix-alias-owner", "nobody")
    alias.is_well()


def test_an_alias_whose_crash_bounces(alias):
    alias.postconf("-X", "local_delivery_status_filter")
    alias.mends("postfix-alias-filter")
    alias.is_well()


def test_aliases_that_may_run_no_command(alias):
    alias.postconf("-e", "allow_mail_to_commands = forward")
    alias.mends("postfix-alias-commands")
    alias.is_well()


def test_a_postfix_that_cannot_be_asked_is_not_called_healthy(ward):
    (ward.etc / "main.cf").unlink()
    report = ward.examined()
    assert "mail server" in {unchecked.subject for unchecked in report.unchecked}
