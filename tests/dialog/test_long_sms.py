"""Parts of a long SMS become one mail, in whatever order they come, and however often."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from smsdialog.core.model import InboundSms, Segment
from smsdialog.dialog import receive
from tests.dialog.stage import Administrator, Clock, Employee, Stage, body_of

TEXTS = ("Hej Anna, jeg kommer ", "lidt senere, for bussen ", "er forsinket. Bo 🙂")


def part(
    anna: Employee, index: int, *, reference: str = "cc", sender: str = "+4520123456", text: str = ""
) -> InboundSms:
    """One of three parts, as a gateway hands it over."""
    segment = Segment(reference, 3, index)
    gateway_id = f"{reference}-{sender}-{index}-{text}"
    return InboundSms("main", gateway_id, sender, anna.number, text or TEXTS[index - 1], segment=segment)


def comes(stage: Stage, *parts: InboundSms) -> None:
    for one in parts:
        receive.receive(stage.service, one)


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_parts_are_joined_whatever_the_order(stage: Stage, anna: Employee, order: tuple[int, ...]) -> None:
    comes(stage, *(part(anna, index) for index in order[:2]))
    anna.receives_nothing()
    comes(stage, part(anna, order[2]))
    assert body_of(anna.receives()) == "".join(TEXTS)
    anna.receives_nothing()


def test_a_part_that_comes_again_changes_nothing(stage: Stage, anna: Employee, administrator: Administrator) -> None:
    comes(stage, part(anna, 1), part(anna, 1), part(anna, 2), part(anna, 3))
    comes(stage, *(part(anna, index) for index in (1, 2, 3)))
    assert body_of(anna.receives()) == "".join(TEXTS)
    administrator.flushes()
    anna.receives_nothing()
    assert len(administrator.sms_in()) == 1


def test_parts_of_different_senders_and_references_are_kept_apart(stage: Stage, anna: Employee) -> None:
    for index in (1, 2, 3):
        comes(stage, part(anna, index), part(anna, index, reference="cd"), part(anna, index, sender="+4530123456"))
    assert [body_of(anna.receives()) for _ in range(3)] == ["".join(TEXTS)] * 3
    anna.receives_nothing()


def test_an_sms_that_stays_incomplete_is_mailed_with_a_mark(
    stage: Stage, anna: Employee, administrator: Administrator, clock: Clock
) -> None:
    comes(stage, part(anna, 3), part(anna, 1))
    clock.passes(minutes=59)
    administrator.flushes()
    anna.receives_nothing()
    clock.passes(minutes=2)
    administrator.flushes()
    assert body_of(anna.receives()) == f"{TEXTS[0]}[del 2 af 3 mangler]{TEXTS[2]}"
    administrator.flushes()
    anna.receives_nothing()


def test_a_part_that_comes_too_late_is_not_lost(
    stage: Stage, anna: Employee, administrator: Administrator, clock: Clock
) -> None:
    comes(stage, part(anna, 1), part(anna, 3))
    clock.passes(hours=2)
    administrator.flushes()
    anna.receives()
    comes(stage, part(anna, 2))
    clock.passes(hours=2)
    administrator.flushes()
    assert body_of(anna.receives()) == f"[del 1 af 3 mangler]{TEXTS[1]}[del 3 af 3 mangler]"


def test_a_reference_that_is_used_again_is_another_sms(stage: Stage, anna: Employee) -> None:
    comes(stage, *(part(anna, index) for index in (1, 2, 3)))
    comes(stage, *(part(anna, index, text=f"{index} ") for index in (2, 3, 1)))
    assert body_of(anna.receives()) == "".join(TEXTS)
    assert body_of(anna.receives()) == "1 2 3 "


def test_a_character_that_was_cut_in_two_is_whole_again(stage: Stage, anna: Employee) -> None:
    first, second = ("Tak \ud83d", "\ude00 Bo")
    for index, text in ((2, second), (1, first)):
        sms = InboundSms("main", f"{index}", "+4520123456", anna.number, text, segment=Segment("1", 2, index))
        receive.receive(stage.service, sms)
    assert body_of(anna.receives()) == "Tak 😀 Bo"


@pytest.mark.parametrize("segment", [Segment("1", 1, 1), Segment("1", 0, 0), Segment("1", 2, 3), Segment("1", 999, 1)])
def test_numbers_of_parts_that_cannot_be_are_no_reason_to_wait(stage: Stage, anna: Employee, segment: Segment) -> None:
    receive.receive(stage.service, InboundSms("main", "1", "+4520123456", anna.number, "Hej", segment=segment))
    assert body_of(anna.receives()) == "Hej"


def test_a_long_sms_to_nobody_is_held_whole(stage: Stage, administrator: Administrator) -> None:
    for index in (1, 2):
        sms = InboundSms("main", f"{index}", "+4520123456", "459192999999", f"{index}", segment=Segment("1", 2, index))
        receive.receive(stage.service, sms)
    assert [(row.state, row.text) for row in administrator.sms_in()] == [("held", "12")]


def test_a_keyword_in_the_first_part_places_all_of_it(build: Callable[..., Stage]) -> None:
    """Only the first part holds the word that says whose the SMS is."""
    stage = build(tables='[gateways.main]\ntype = "file"\nreceivers = { "1204 FIRMA" = "459192000077" }\n')
    stage.administrator.opens_account(stage.anna, number="459192000077")
    for index, text in ((2, "kommer senere"), (1, "Firma Jeg ")):
        sms = InboundSms("main", f"{index}", "+4520123456", "451204", text, segment=Segment("1", 2, index))
        receive.receive(stage.service, sms)
    assert body_of(stage.anna.receives()) == "Firma Jeg kommer senere"
