"""One request, from the provider's side: it is read, answered, and followed by its receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from smsdialog.simulator.calls import Answer, Call, Denied, Refused, Wrong
from smsdialog.simulator.fates import TROUBLES, Fate, fate_of
from smsdialog.simulator.messenger import Errand, Messenger
from smsdialog.simulator.provider import Provider
from smsdialog.simulator.sms import Book, Inbound, Order, Sms, State, parts_of

# In no provider's manual, and no error either.
UNDOCUMENTED = Answer(200, b"<html><body>It works!</body></html>", "text/html")

RETRY_AFTER_SECONDS = "1"

# The receipts that an SMS gets, in their order.
_NEWS = {
    Fate.DELIVERED: (State.SENT, State.DELIVERED),
    Fate.FAILED: (State.SENT, State.FAILED),
    Fate.EXPIRED: (State.SENT, State.EXPIRED),
    Fate.MIXED_UP: (State.DELIVERED, State.SENT, State.DELIVERED),
}


class Silence(Exception):
    """There is no answer; the connection is cut, `at_once` or after a long wait."""

    def __init__(self, *, at_once: bool) -> None:
        super().__init__()
        self.at_once = at_once


class Desk:
    """Where all requests to all providers arrive."""

    def __init__(self, book: Book, messenger: Messenger) -> None:
        self._book = book
        self._messenger = messenger

    def answer(self, provider: Provider, call: Call) -> Answer:
        """The provider's answer to one request. Raises Silence when there is to be none."""
        try:
            other = provider.other(call)
            return other if other else self._send(provider, provider.order(call))
        except Denied:
            self._book.refuse(provider.name, "wrong credentials")
            return provider.denied()
        except Wrong as error:
            self._book.refuse(provider.name, str(error))
            return provider.wrong(error)
        except Refused as refused:
            self._book.refuse(provider.name, f"answered with {refused.answer.status}")
            return refused.answer

    def text(self, provider: Provider, inbound: Inbound, order: Sequence[int] = ()) -> int:
        """Somebody texts one of our numbers; how many calls bring it to the product.

        `order` says which of them are made, and in which order, each any number of times; they count from 1.
        Raises IndexError for one that is not there.
        """
        callbacks = provider.inbound(inbound)
        chosen = [callbacks[number - 1] for number in order] or callbacks
        self._messenger.go(provider, [Errand("inbound", inbound.id, callback) for callback in chosen])
        return len(chosen)

    def _send(self, provider: Provider, order: Order) -> Answer:
        fate = fate_of(order.to)
        if fate in TROUBLES:
            self._book.refuse(provider.name, fate.meaning, order)
            return _with_pause(provider.trouble(fate, order))
        sms = Sms(provider.name, order.id or provider.new_id(), order, fate, parts_of(order.text))
        known = self._book.take(sms)
        if known is not sms:
            return provider.repeated(known)
        if fate in (Fate.NO_ANSWER, Fate.DROPPED):
            raise Silence(at_once=fate is Fate.DROPPED)
        if fate is Fate.UNDOCUMENTED:
            return UNDOCUMENTED
        self._tell(provider, sms)
        return provider.accepted(sms)

    def _tell(self, provider: Provider, sms: Sms) -> None:
        """The receipts of an SMS go out one after the other; one that comes twice is the same twice."""
        news = _NEWS.get(sms.fate, ())
        calls = {state: provider.receipts(sms, state) for state in news}
        errands = [
            Errand("receipt", sms.id, call, partial(self._book.becomes, sms, state))
            for state in news
            for call in calls[state]
        ]
        self._messenger.go(provider, errands)


def _with_pause(answer: Answer) -> Answer:
    """A 429 says when to try again."""
    return replace(answer, headers={"Retry-After": RETRY_AFTER_SECONDS}) if answer.status == 429 else answer
