"""The product against each simulated provider, over real HTTP both ways.

Both were written from the providers' documentation and share no code, so what they agree on is not one
misunderstanding. The configuration is the one that `--print-config` prints.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from werkzeug.serving import make_server

from smsdialog.gateways import Gateways, _client
from smsdialog.simulator import credentials
from smsdialog.simulator.configuration import table
from smsdialog.simulator.server import Simulator
from smsdialog.wsgi import respond
from tests.dialog.conftest import build, migrated  # noqa: F401  (fixtures)
from tests.dialog.stage import Employee, Stage, body_of
from tests.simulator.conftest import DELAY_SECONDS, Provider, eventually
from tests.simulator.requests import JSON, SEND, Raw, ask

# What these hand over bears no id: it cannot be known again.
WITHOUT_IDS = ("cpsms", "smsdk", "inmobile", "playsms")

every_provider = pytest.mark.parametrize("name", SEND)

DANISH = "Hej Søren, æøåÆØÅ €"
LONG = "Kære kunde 🙂, " * 12
# playSMS tells nobody what became of an SMS.
TELL = [name for name in SEND if name != "playsms"]


@dataclass
class Trial:
    """An installation with one gateway, its provider, and Anna with an account."""

    stage: Stage
    provider: Provider

    @property
    def anna(self) -> Employee:
        return self.stage.anna

    def sms(self, ending: str):
        """The SMS of the ledger to the customer whose number ends so."""
        (row,) = (row for row in self.stage.administrator.sms_out() if row.peer.endswith(ending))
        return row

    def writes(self, ending: str = "56", text: str = DANISH) -> None:
        self.anna.writes(self.stage.key, f"201234{ending}", text)

    def becomes(self, state: str, ending: str = "56") -> None:
        eventually(lambda: self.sms(ending).state == state or self.given_up())
        assert self.sms(ending).state == state

    def comes_in(self, text: str, sender: str = "+4520123456", parts: Sequence[int] = ()) -> None:
        fields = {"provider": self.provider.name, "from": sender, "to": self.anna.number, "text": text}
        fields["parts"] = list(parts)
        assert ask(self.provider.simulator.url, Raw("POST", "/inbound", JSON, json.dumps(fields))).status == 202

    def calls(self) -> list[dict[str, object]]:
        return self.provider.simulator.book.everything()["calls"]

    def given_up(self) -> bool:
        """Whether a call was not taken: then nothing more will come of it."""
        return any(not call["taken"] for call in self.calls())

    def told(self, mails: int) -> str:
        """What Anna was told, in so many mails."""
        eventually(lambda: len(self.anna.mailbox()) >= mails)
        return "\n".join(body_of(mail) for mail in self.anna.mailbox())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that does not answer is soon given up: for where none is to answer, as a busy machine is slow, too."""
    monkeypatch.setattr(_client, "SEND_TIMEOUT_SECONDS", 0.6)
    monkeypatch.setattr(_client, "CONNECT_TIMEOUT_SECONDS", 0.3)


@pytest.fixture
def trial(build: Callable[..., Stage]) -> Iterator[Callable[..., Trial]]:  # noqa: F811
    stages: list[Stage] = []
    server = make_server(
        "127.0.0.1",
        0,
        lambda environ, start: respond(environ, lambda: stages[0].service)(environ, start),
        threaded=True,
    )
    server.log = lambda *_: None  # type: ignore[method-assign]
    product = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
    with Simulator("127.0.0.1:0", product, DELAY_SECONDS) as simulator:

        def begin(*names: str, options: str = "") -> Trial:
            tables = "\n".join(table(name, simulator.url) for name in names) + options
            stage = build(top=f'public_url = "{product}"', tables=tables)
            stage.clock = time.time  # type: ignore[assignment]  # signatures are good for minutes of the real time
            stage.service = replace(stage.service, gateways=Gateways(stage.service.config), now=time.time)
            stage.administrator.opens_account(stage.anna)
            stages.append(stage)
            return Trial(stage, Provider(names[0], simulator))

        yield begin
    server.shutdown()
    server.server_close()


@every_provider
def test_a_mail_becomes_an_sms_there(name, trial):
    trial = trial(name)
    trial.writes()
    (sms,) = trial.provider.messages()
    assert (sms["to"], sms["text"], sms["parts"]) == ("4520123456", DANISH, 1)
    if name != "smsgate":  # a telephone has its own number
        assert sms["from"].removeprefix("+") == trial.anna.number
    trial.anna.receives_nothing()


@every_provider
def test_a_long_text_with_emoji_arrives_whole(name, trial):
    trial = trial(name)
    trial.writes(text=LONG)
    (sms,) = trial.provider.messages()
    assert sms["text"] == (LONG.replace("🙂", ":)") if name == "link" else LONG).strip()


@pytest.mark.parametrize("name", TELL)
def test_a_receipt_comes_back_to_the_ledger(name, trial):
    trial = trial(name)
    trial.writes()
    trial.becomes("delivered")
    trial.anna.receives_nothing()


@pytest.mark.parametrize("name", TELL)
def test_receipts_of_several_parts_are_one_delivery(name, trial):
    trial = trial(name)
    trial.writes(text="æ" * 307)
    trial.becomes("delivered")


@pytest.mark.parametrize("name", TELL)
@pytest.mark.parametrize("ending", ["08", "09"], ids=["failed", "expired"])
def test_an_sms_that_does_not_arrive_is_reported(name, ending, trial):
    trial = trial(name)
    trial.writes(ending)
    trial.becomes("failed", ending)
    assert f"+45 20 12 34 {ending}: IKKE sendt" in trial.told(1)


@pytest.mark.parametrize("name", TELL)
def test_receipts_out_of_order_and_twice_leave_an_sms_delivered(name, trial):
    trial = trial(name)
    trial.writes("10")
    trial.becomes("delivered", "10")
    time.sleep(4 * DELAY_SECONDS)
    assert trial.sms("10").state == "delivered"
    assert all(call["taken"] for call in trial.calls())
    trial.anna.receives_nothing()


@every_provider
def test_without_a_receipt_an_sms_is_sent(name, trial):
    trial = trial(name)
    trial.writes("11")
    assert trial.sms("11").state == "sent"


@every_provider
def test_a_refused_sms_failed_and_is_told(name, trial):
    trial = trial(name)
    trial.writes("01")
    assert trial.sms("01").state == "failed"
    assert "+45 20 12 34 01: IKKE sendt" in trial.told(1)


@every_provider
def test_what_may_pass_is_tried_again_later(name, trial):
    trial = trial(name)
    for ending in ("02", "03", "04"):
        trial.writes(ending)
        assert (trial.sms(ending).state, bool(trial.sms(ending).reason)) == ("queued", True), trial.sms(ending).reason
    trial.anna.receives_nothing()


@pytest.mark.usefixtures("impatient")
@every_provider
def test_a_lost_answer_leaves_an_sms_unknown_and_is_told(name, trial):
    trial = trial(name)
    for ending in ("05", "06"):
        trial.writes(ending)
        assert trial.sms(ending).state == "unknown"
    assert "+45 20 12 34 05" in trial.told(1)
    assert [sms["to"] for sms in trial.provider.messages()] == ["4520123405", "4520123406"]


@every_provider
def test_an_answer_in_no_manual_leaves_an_sms_unknown_and_is_kept(name, trial):
    trial = trial(name)
    trial.writes("07")
    assert trial.sms("07").state == "unknown"
    assert "It works!" in trial.sms("07").answer
    assert "+45 20 12 34 07" in trial.told(1)


@every_provider
def test_an_sms_becomes_a_mail(name, trial):
    trial = trial(name)
    texts = [DANISH, "Tak 🙂", f"{LONG}slut", "æ" * 307]
    for count, text in enumerate(texts, 1):
        trial.comes_in(text)
        eventually(lambda count=count: len(trial.anna.mailbox()) >= count or trial.given_up())
    assert [body_of(mail) for mail in trial.anna.mailbox()] == texts, trial.calls()
    assert {mail["Subject"] for mail in trial.anna.mailbox()} == {"SMS fra +45 20 12 34 56"}
    assert not any(call["reply"] for call in trial.calls())


@every_provider
def test_an_answer_goes_back_to_who_wrote(name, trial):
    trial = trial(name)
    trial.comes_in("Hej")
    (mail,) = eventually(lambda: trial.anna.mailbox())
    trial.anna.replies(mail, "Selv hej")
    eventually(lambda: trial.provider.messages())
    assert [(sms["to"], sms["text"]) for sms in trial.provider.messages()] == [("4520123456", "Selv hej")]


@every_provider
def test_a_number_of_twelve_digits_writes_and_is_answered(name, trial):
    trial = trial(name)
    trial.comes_in("Alarm", sender="+45371234567890")
    (mail,) = eventually(lambda: trial.anna.mailbox() or trial.given_up())
    assert (mail["Subject"], body_of(mail)) == ("SMS fra +45 37 12 34 56 78 90", "Alarm")
    trial.anna.replies(mail, "Set")
    assert [sms["to"] for sms in trial.provider.messages()] == ["45371234567890"]


@every_provider
def test_a_name_writes_and_cannot_be_answered(name, trial):
    trial = trial(name)
    trial.comes_in("Din pakke er her", sender="Pakkeshop")
    (mail,) = eventually(lambda: trial.anna.mailbox() or trial.given_up())
    assert "Pakkeshop" in str(mail["Subject"])
    assert "Din pakke er her" in body_of(mail)


@pytest.mark.parametrize("name", [name for name in SEND if name not in WITHOUT_IDS])
def test_an_sms_that_is_handed_over_twice_is_one_mail(name, trial):
    trial = trial(name)
    trial.comes_in("Hej", parts=[1, 1])
    assert [call["taken"] for call in trial.provider.heard(2)] == [True, True]
    assert [body_of(mail) for mail in trial.anna.mailbox()] == ["Hej"]


@pytest.mark.parametrize("name", ["gatewayapi", "vonage"])
@pytest.mark.parametrize("order", [(3, 1, 2), (2, 2, 3, 1)])
def test_parts_are_joined_whatever_their_order(name, order, trial):
    trial = trial(name)
    trial.comes_in("æ" * 307, parts=order)
    assert all(call["taken"] for call in trial.provider.heard(len(order)))
    assert [body_of(mail) for mail in trial.anna.mailbox()] == ["æ" * 307]


# 46elks takes names and whole numbers only.
FROM = [(name, sender) for name in SEND for sender in ("Firma", "1919") if (name, sender) != ("elks", "1919")]


@pytest.mark.parametrize(("name", "sender"), FROM)
def test_a_name_or_a_short_code_is_sent_from_as_the_provider_wants_it(name, sender, trial):
    profile = 'messaging_profile_id = "p1"\n' if name == "telnyx" else ""
    trial = trial(name, options=f'sender = "{sender}"\n{profile}')
    trial.writes()
    sent = [(sms["from"], sms["text"]) for sms in trial.provider.messages()]
    assert sent == [(sender if name != "smsgate" else "", DANISH)], trial.sms("56").reason


ROUTE = """
[[routes]]
prefix = "+45"
gateways = ["elks", "twilio"]
"""


def test_the_next_gateway_is_tried_where_nothing_was_sent_and_not_where_an_answer_was_lost(trial):
    trial = trial("elks", "twilio", options=ROUTE)
    for ending in ("04", "06"):
        trial.writes(ending)
    told = trial.provider.simulator.book.everything()
    assert [(sms["provider"], sms["to"][-2:]) for sms in told["messages"]] == [("elks", "06")]
    assert [(sms["provider"], sms["to"][-2:]) for sms in told["refused"]] == [("elks", "04"), ("twilio", "04")]
    assert (trial.sms("04").state, trial.sms("06").state) == ("queued", "unknown")


# Everything that a provider proves itself with.
SECRETS = {
    "WEBHOOK_SECRET": "another-secret-of-thirty-two-octets",
    "URL_TOKEN": "another",
    "TOKEN": "another",
    "PASSWORD": "another",
    "ED25519_SEED": bytes(32),
}


@every_provider
def test_a_call_with_other_secrets_is_refused_and_becomes_nothing(name, trial, monkeypatch):
    trial = trial(name)
    for secret, value in SECRETS.items():
        monkeypatch.setattr(credentials, secret, value)
    trial.comes_in("Hej")
    (call,) = trial.provider.heard(1)
    assert (call["status"], call["taken"]) == (403, False)
    assert trial.anna.mailbox() == []
