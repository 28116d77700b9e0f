"""Everything about somebody is found, and nothing of him is left behind, in the database or in files."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from smsdialog.core.model import Delivery, InboundSms, Receipt, Segment
from smsdialog.core.roles import Role
from smsdialog.dialog import (
    account,
    backup,
    contact,
    group,
    hook,
    messages,
    privacy,
    receipt,
    receive,
    restore,
    template,
    user,
)
from smsdialog.dialog.actor import Actor
from smsdialog.dialog.purge import purge
from smsdialog.errors import Conflict, Forbidden
from smsdialog.gateways import Accepted, Later, Refused
from smsdialog.store import failures
from smsdialog.store.schema import metadata, notices, outbound
from tests.dialog.stage import Administrator, Clock, Customer, Employee, Network, Stage, body_of

# Of the number, wherever and however it is written.
BO, BOS_DIGITS = "+4520123456", re.compile(r"20[ .()-]?12[ .()-]?34[ .()-]?56")
EVA = "+4530123456"
ANNA = "anna@firma.example"
SECRET = "hemmelig aftale"
TELLING = """
[gateways.main]
type = "kannel"
url = "http://127.0.0.1:13013/cgi-bin/sendsms"
username = "u"
password = "p"
token = "t"
"""


def files_of(stage: Stage) -> dict[str, bytes]:
    """Every file below the state folder: the database, its log, what was put aside, what waits."""
    return {path.name: path.read_bytes() for path in Path(stage.service.config.state_dir).rglob("*") if path.is_file()}


def holding(stage: Stage, pattern: re.Pattern[str] | str) -> set[str]:
    """The files in which something stands."""
    wanted = re.compile(pattern).search
    return {name for name, content in files_of(stage).items() if wanted(content.decode("utf-8", "replace"))}


def columns(stage: Stage, pattern: re.Pattern[str] | str) -> set[str]:
    """The columns in which something stands."""
    found = set()
    with stage.service.store.reading() as tx:
        for table in metadata.sorted_tables:
            for row in tx.execute(select(table)).mappings():
                found |= {f"{table.name}.{name}" for name, value in row.items() if re.search(pattern, str(value))}
    return found


@pytest.fixture
def talked(stage: Stage, anna: Employee, customer: Customer, network: Network, key: str) -> Stage:
    """Bo and Eva are in dialog with Anna; Bo stands in subjects, texts, refusals, receipts and the log of acts."""
    eva = stage.customer_with(EVA)
    customer.texts(anna, SECRET)
    anna.replies(anna.receives(), f"{SECRET}, ring til 20 12 34 56")
    eva.texts(anna, "Bo har 0045 20-12-34-56")
    anna.writes(key, "20123456, 30123456", f"{SECRET} til jer begge")
    network.answers = [Refused("20123456 is barred")]
    anna.writes(key, "20 12 34 56", "Kommer du?")
    anna.writes(key, "20123456, 12", "Forkert")
    anna.writes(f"{BO[1:]}@sendmailsms.dk", "", "Uden nøgle", inside=True)
    row = stage.administrator.sms_out()[0]
    receipt.settle(stage.service, Receipt("main", row.reference, "4520123456/17", Delivery.DELIVERED, "to 4520123456"))
    return stage


def test_all_about_a_customer_is_found(talked: Stage) -> None:
    found = privacy.export(talked.service, "20 12 34 56")
    assert found.of == BO
    tables = {"dialogs", "outbound", "inbound", "mails", "deliveries", "notices", "receipts"}
    assert tables <= found.rows.keys()
    assert {row["text"] for row in found.rows["inbound"]} == {SECRET, "Bo har 0045 20-12-34-56"}
    assert not any(row["peer"] == EVA for row in found.rows["outbound"])
    assert not {"owner", "digest", "leased_until"} & {
        name for rows in found.rows.values() for row in rows for name in row
    }


def test_all_about_an_employee_is_found(talked: Stage, key: str) -> None:
    found = privacy.export(talked.service, ANNA)
    assert {row["peer"] for row in found.rows["outbound"]} == {BO, EVA}
    assert len(found.rows["inbound"]) == 2
    assert [row["email"] for row in found.rows["accounts"]] == [ANNA]


def test_of_a_customer_who_is_removed_no_trace_is_left(talked: Stage, administrator: Administrator) -> None:
    assert columns(talked, BOS_DIGITS) >= {"outbound.peer", "mails.subject", "notices.body", "receipts.reason"}
    done = privacy.erase(talked.service, BO)
    assert done.gone["sms_out"] >= 4
    assert done.files_left == ()
    assert columns(talked, BOS_DIGITS) == set()
    assert holding(talked, BOS_DIGITS) == set()
    assert administrator.checks() == []


def test_his_name_and_his_groups_go_and_those_of_others_stay(talked: Stage, key: str) -> None:
    contact.name(talked.service, BO, "Bo Bosen", "Firma")
    contact.name(talked.service, EVA, "Eva, kender Bo på 20 12 34 56", "Firma")
    group.create(talked.service, "kunder", "Firma")
    group.create(talked.service, "omkring-20123456", "Firma")
    group.add(talked.service, "kunder", [BO, EVA])
    template.create(talked.service, "ring", "Ring til 20 12 34 56", "Firma")
    talked.anna.writes(["gruppe-kunder", key], "[kl. 20]", SECRET)
    found = privacy.export(talked.service, BO).rows
    assert {"contacts", "groups", "group_members", "templates"} <= found.keys()
    done = privacy.erase(talked.service, BO)
    assert (done.gone["names"], done.gone["groups"], done.gone["given_up"]) == (1, 1, 1)
    assert columns(talked, BOS_DIGITS) == set()
    assert columns(talked, "Bo Bosen") == set()
    assert [member.number for member in group.show(talked.service, "kunder")[1]] == [EVA]
    (nameless,) = [found.name for found in group.listing(talked.service) if found.name != "kunder"]
    group.delete(talked.service, nameless)
    assert talked.administrator.checks() == []


def test_his_name_goes_from_what_employees_were_told_beside_other_mails(stage: Stage, anna: Employee, key: str) -> None:
    contact.name(stage.service, BO, "Bo (Vest)", "Firma")
    anna.writes(key, BO, "Hej")
    anna.writes("status", key)
    assert "Bo (Vest) (+45 20 12 34 56)" in body_of(anna.receives())
    privacy.erase(stage.service, BO)
    with stage.service.store.reading() as tx:
        told = "".join(tx.execute(select(notices.c.body)).scalars())
    assert "til (removed): sendt" in told
    assert "Vest" not in told


def test_others_keep_what_is_theirs(talked: Stage, administrator: Administrator) -> None:
    privacy.erase(talked.service, BO)
    assert [(row.peer, row.text) for row in administrator.sms_out() if row.text] == [(EVA, f"{SECRET} til jer begge")]
    assert [row.text for row in administrator.sms_in()] == ["", "Bo har (removed)"]
    assert len(administrator.sms_out()) == 5


def test_the_act_is_recorded_and_not_whose_number_it_was(talked: Stage) -> None:
    privacy.export(talked.service, BO)
    privacy.erase(talked.service, BO)
    with talked.service.store.reading() as tx:
        acts = [(row.act, row.subject) for row in tx.execute(select(metadata.tables["acts"]))][-2:]
    assert acts == [("privacy.export", "+4520***"), ("privacy.erase", "+4520***")]


def test_who_is_removed_once_is_removed(talked: Stage, administrator: Administrator) -> None:
    privacy.erase(talked.service, BO)
    assert set(privacy.erase(talked.service, BO).gone.values()) == {0}
    assert privacy.export(talked.service, BO).rows == {}


def test_what_waits_for_him_is_given_up_and_told_without_his_number(
    stage: Stage, anna: Employee, network: Network, key: str, administrator: Administrator
) -> None:
    network.answers = [Later("busy"), Accepted("7")]
    anna.writes(key, "20123456, 30123456", "Hej")
    assert privacy.erase(stage.service, BO).gone["given_up"] == 1
    told = anna.receives()
    assert told["Subject"] == "SMS ikke sendt til alle"
    assert not BOS_DIGITS.search(body_of(told))
    assert "+45 30 12 34 56" in body_of(told)
    administrator.flushes()
    assert [sms.to for sms in network.arrived] == [EVA]
    assert columns(stage, BOS_DIGITS) == set()
    assert administrator.checks() == []


def test_the_mail_that_comes_again_does_not_bring_him_back(
    stage: Stage, anna: Employee, network: Network, key: str
) -> None:
    network.answers = [Later("busy")] * 2
    posted = anna.writes([key, "20123456"], "", "Hej")
    assert posted.statuses == [75]
    privacy.erase(stage.service, BO)
    assert posted.again().statuses == [0]
    assert columns(stage, BOS_DIGITS) == set()
    assert network.arrived == []


def test_what_came_from_him_and_was_not_mailed_is_dropped(
    stage: Stage, anna: Employee, customer: Customer, administrator: Administrator
) -> None:
    stage.post.goes_down()
    customer.texts(anna, SECRET)
    receive.receive(stage.service, InboundSms("main", "x", BO, "459192000099", SECRET))
    receive.receive(stage.service, InboundSms("main", "y", BO, anna.number, "del", None, Segment("7", 2, 1)))
    done = privacy.erase(stage.service, BO)
    assert (done.gone["dropped"], done.gone["parts"]) == (2, 1)
    assert administrator.sms_in() == []
    assert holding(stage, f"{BOS_DIGITS.pattern}|{SECRET}") == set()


def test_a_receipt_that_comes_after_it_names_nobody(talked: Stage, administrator: Administrator) -> None:
    row = administrator.sms_out()[1]
    privacy.erase(talked.service, BO)
    receipt.settle(talked.service, Receipt("main", row.reference, "4520123456/18", Delivery.FAILED, "4520123456 off"))
    assert columns(talked, BOS_DIGITS) == set()
    assert administrator.sms_out()[1].state == "failed"


def test_while_an_sms_is_being_sent_nothing_is_removed(talked: Stage, administrator: Administrator) -> None:
    with talked.service.store.transaction() as tx:
        tx.execute(outbound.update().where(outbound.c.id == 1).values(state="sending", leased_until=9e9))
    with pytest.raises(Conflict, match="just being sent"):
        privacy.erase(talked.service, BO)
    assert administrator.sms_out()[0].peer == BO


def test_digests_that_could_be_guessed_go_too(stage: Stage) -> None:
    with stage.service.store.transaction() as tx:
        failures.count(tx, "digest", stage.clock())
    privacy.erase(stage.service, BO)
    assert columns(stage, "digest") == set()


def test_files_that_name_him_go(build) -> None:
    stage = build()
    state = Path(stage.service.config.state_dir)
    for folder, name, content in (
        ("quarantine", "plain.eml", "Subject: til 20123456\n\nHej"),
        ("quarantine", "coded.eml", "Subject: =?utf-8?B?MjAxMjM0NTY=?=\n\nHej"),
        ("quarantine", "other.eml", "Subject: til 30123456\n\nHej"),
        (hook.FOLDER, "1.json", json.dumps({"gateway": "modem", "arguments": [], "environment": {"SMS_1_NUMBER": BO}})),
        (hook.FOLDER, "2.json", json.dumps({"gateway": "modem", "arguments": [], "environment": {}})),
        (".", "outbox.jsonl", f'{{"to": "{BO}"}}\n{{"to": "{EVA}"}}\n'),
    ):
        (state / folder).mkdir(exist_ok=True)
        (state / folder / name).write_text(content)
    assert len(privacy.export(stage.service, BO).files) == 4
    assert privacy.erase(stage.service, BO).gone["files"] == 4
    assert files_of(stage).keys() >= {"other.eml", "2.json"}
    assert not {"plain.eml", "coded.eml", "1.json"} & files_of(stage).keys()
    assert (state / "outbox.jsonl").read_text() == f'{{"to": "{EVA}"}}\n'


def test_files_of_a_daemon_that_name_him_go(build, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    stage = build(tables=f'[gateways.modem]\ntype = "smstools"\nspool = "{spool}"')
    for folder, name, content in (
        ("outgoing", "smsdialog.4520123456.a", "To: 4520123456\n\nHej"),
        ("sent", "smsdialog.4520123456.b", "To: 4520123456\n\nHej"),
        ("sent", "somebody.elses", "To: 4520123456\n\nHej"),
        ("failed", "smsdialog.4530123456.c", "To: 4530123456\n\nHej"),
        ("incoming", "GSM1.x", "From: 4520123456\n\nHej"),
        ("report", "GSM1.y", "From: 4520123456\n\nSMS STATUS REPORT"),
    ):
        (spool / folder).mkdir(parents=True, exist_ok=True)
        (spool / folder / name).write_text(content)
    assert privacy.erase(stage.service, BO).gone["files"] == 4
    assert {path.name for path in spool.rglob("*.*")} == {"somebody.elses", "smsdialog.4530123456.c"}


def test_a_file_that_cannot_be_looked_at_is_named(build) -> None:
    stage = build()
    path = Path(stage.service.config.state_dir, "outbox.jsonl")
    path.mkdir()
    assert privacy.export(stage.service, BO).files == [f"{path}: Is a directory"]
    assert privacy.erase(stage.service, BO).files_left == (f"{path}: Is a directory",)


def test_a_database_that_a_restore_put_aside_is_named(build, tmp_path: Path) -> None:
    stage = build()
    backup.make(stage.service, tmp_path / "backup.tar", lambda done, whole: None)
    service, file = stage.service, tmp_path / "backup.tar"
    done = restore.restore(service.config, service.store, file, restore.put_aside, stage.clock())
    (left,) = privacy.erase(stage.service, BO).files_left
    assert left.startswith(f"{done.aside[0]}: ")


def test_of_an_employee_who_is_removed_no_trace_is_left(
    talked: Stage, anna: Employee, customer: Customer, administrator: Administrator, key: str
) -> None:
    user.create(talked.service, ANNA, Role.READER, "en lang adgangskode")
    anna.writes("subscribe", key, "Anna Berg\nFirma A/S")
    account.edit(talked.service, ANNA, email="berg@firma.example")
    account.edit(talked.service, "berg@firma.example", email=ANNA)
    done = privacy.erase(talked.service, ANNA.upper())
    assert (done.gone["accounts"], done.gone["users"]) == (1, 1)
    assert columns(talked, f"{ANNA}|{SECRET}|Anna") == set()
    assert holding(talked, f"{ANNA}|{SECRET}") == set()
    assert {row.peer for row in administrator.sms_out()} == {BO, EVA}
    assert administrator.checks() == []
    customer.texts(anna.number, "Er du der?")
    assert administrator.sms_in()[-1].state == "held"


def test_what_was_not_posted_to_an_employee_never_is(
    stage: Stage, anna: Employee, customer: Customer, key: str, administrator: Administrator
) -> None:
    stage.post.goes_down()
    anna.writes(key, "12", "Forkert")
    customer.texts(anna, SECRET)
    privacy.erase(stage.service, ANNA)
    stage.post.comes_back()
    administrator.flushes()
    anna.receives_nothing()
    with stage.service.store.reading() as tx:
        assert [row.recipient[:8] for row in tx.execute(select(notices))] == ["removed "]
    assert administrator.checks() == []


def test_of_what_an_employee_sent_nobody_is_told_any_more(
    stage: Stage, anna: Employee, network: Network, key: str, administrator: Administrator, clock: Clock
) -> None:
    network.answers = [Accepted("1"), Later("busy"), Later("busy")]
    anna.writes(key, "20123456, 30123456", "Hej")
    assert privacy.erase(stage.service, ANNA).gone["given_up"] == 1
    stage.receipt_comes(administrator.sms_out()[0], Delivery.FAILED, "off")
    clock.passes(days=1)
    administrator.flushes()
    assert [row.state for row in administrator.sms_out()] == ["failed", "failed"]
    assert stage.post.taken() == stage.post.refused() == []
    assert administrator.checks() == []


@pytest.mark.parametrize("typed", ["12", "nobody", "a@", "", "+45"])
def test_who_cannot_be_read_is_refused(stage: Stage, typed: str) -> None:
    for asked in (privacy.export, privacy.erase):
        with pytest.raises(Conflict):
            asked(stage.service, typed)


def test_who_is_limited_to_some_keys_removes_nobody(stage: Stage) -> None:
    from dataclasses import replace

    for actor in (Actor("leder", "web", Role.MANAGER, frozenset({1})), Actor("læser", "web", Role.READER)):
        with pytest.raises(Forbidden):
            privacy.erase(replace(stage.service, actor=actor), BO)


# No texts


@pytest.fixture
def brief(build) -> Stage:
    """An installation that keeps no texts, and hears of what became of its SMS."""
    stage = build(
        top='public_url = "https://sms.firma.example"', tables=f'[retention]\ntexts = "until-delivered"\n{TELLING}'
    )
    stage.administrator.opens_account(stage.anna)
    return stage


def test_a_text_that_came_in_is_gone_when_its_mail_is_posted(brief: Stage) -> None:
    brief.post.goes_down()
    receive.receive(brief.service, InboundSms("main", "1", BO, brief.anna.number, SECRET))
    assert columns(brief, SECRET) == {"inbound.text"}
    brief.post.comes_back()
    brief.administrator.flushes()
    assert SECRET in body_of(brief.anna.receives())
    assert columns(brief, SECRET) == set()


def test_a_text_that_went_out_is_gone_when_it_is_delivered(brief: Stage) -> None:
    brief.anna.writes(brief.key, "20123456", SECRET)
    assert columns(brief, SECRET) == {"outbound.text"}
    brief.receipt_comes(brief.administrator.sms_out()[0], Delivery.ON_ITS_WAY)
    assert columns(brief, SECRET) == {"outbound.text"}
    brief.receipt_comes(brief.administrator.sms_out()[0], Delivery.DELIVERED)
    assert columns(brief, SECRET) == set()


def test_a_text_that_was_not_delivered_is_gone_when_that_is_told(brief: Stage) -> None:
    brief.anna.writes(brief.key, "20123456", SECRET)
    brief.receipt_comes(brief.administrator.sms_out()[0], Delivery.FAILED, f"spam: {SECRET}")
    assert SECRET in body_of(brief.anna.receives())
    assert columns(brief, SECRET) == set()
    with pytest.raises(Conflict, match="was removed"):
        messages.resend(brief.service, "o1")


def test_where_no_receipt_comes_a_text_is_gone_when_it_is_sent(build) -> None:
    stage = build(tables='[retention]\ntexts = "until-delivered"')
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes(stage.key, "20123456", SECRET)
    assert [sms.text for sms in stage.network.arrived] == [SECRET]
    assert columns(stage, SECRET) == set()


def test_a_text_whose_receipt_never_comes_is_purged_after_three_days(brief: Stage) -> None:
    brief.anna.writes(brief.key, "20123456", SECRET)
    brief.clock.passes(days=2.9)
    purge(brief.service)
    assert columns(brief, SECRET) == {"outbound.text"}
    brief.clock.passes(days=0.2)
    assert purge(brief.service)["texts"]
    assert columns(brief, SECRET) == set()


def test_a_text_that_is_held_is_kept_until_it_is_sent(build) -> None:
    stage = build(tables='[retention]\ntexts = "until-delivered"\n[limits]\nsms_per_account_per_hour = 1')
    stage.administrator.opens_account(stage.anna)
    stage.anna.writes(stage.key, "20123456, 30123456", SECRET)
    stage.clock.passes(days=30)
    purge(stage.service)
    assert columns(stage, SECRET) == {"outbound.text"}
    for row in stage.administrator.sms_out():
        assert stage.administrator.sends_again(row)
    assert columns(stage, SECRET) == set()


def test_a_refused_mail_leaves_nothing_but_that_it_was(brief: Stage) -> None:
    brief.anna.writes(brief.key, f"12 {SECRET}", f"{SECRET} igen")
    assert SECRET in body_of(brief.anna.receives())
    assert columns(brief, SECRET) == set()


def test_nothing_is_learned_from_mails(brief: Stage) -> None:
    for n in range(4):
        brief.anna.writes(brief.key, "20123456", f"Hej {n}\n\nAnna Berg\nFirma A/S\nRing 70 10 20 30")
        brief.receipt_comes(brief.administrator.sms_out()[-1], Delivery.DELIVERED)
    assert columns(brief, "Anna Berg") == set()


def test_a_key_may_want_its_texts_kept_or_not(brief: Stage, stage: Stage, anna: Employee, customer: Customer) -> None:
    brief.administrator.edits_key("Firma", texts="kept")
    receive.receive(brief.service, InboundSms("main", "1", BO, brief.anna.number, SECRET))
    assert columns(brief, SECRET) == {"inbound.text"}
    stage.administrator.edits_key("Firma", texts="until-delivered")
    customer.texts(anna, SECRET)
    assert columns(stage, SECRET) == set()


def test_a_dialog_goes_on_without_texts(brief: Stage, customer: Customer) -> None:
    for n in range(3):
        receive.receive(brief.service, InboundSms("main", str(n), BO, brief.anna.number, f"{SECRET} {n}"))
        mail = brief.anna.receives()
        brief.anna.replies(mail, f"Svar {n}")
    assert [sms.text for sms in brief.network.arrived] == ["Svar 0", "Svar 1", "Svar 2"]
    assert mail["References"]


def test_no_octet_of_a_text_is_left_in_the_files_of_the_database(brief: Stage) -> None:
    """Many texts of many lengths, so that pages of the file are split, joined and freed."""
    dice = random.Random(7)
    said = [f"sagt{n:04}{'x' * dice.randrange(900)}" for n in range(80)]
    for n, text in enumerate(said):
        receive.receive(brief.service, InboundSms("main", str(n), f"+45{20123400 + n % 40}", brief.anna.number, text))
        brief.anna.writes(brief.key, str(20123400 + n % 40), f"{text[:300]} svar")
        brief.receipt_comes(brief.administrator.sms_out()[-1], Delivery.DELIVERED)
        brief.clock.passes(minutes=1)
    brief.administrator.flushes()
    assert len(brief.administrator.sms_in()) == len(brief.administrator.sms_out()) == 80
    assert holding(brief, "sagt[0-9]{4}") == set()
