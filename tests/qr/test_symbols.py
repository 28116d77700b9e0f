"""The symbol: quiet all around, as small as its payload allows, and no larger than a phone reads."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from smsdialog.errors import Conflict
from smsdialog.qr.rasters import png
from smsdialog.qr.symbols import MOST_OCTETS, QUIET_ZONE_MODULES, symbol
from tests.qr.reader import PAYLOAD, decoded, read

FULL = PAYLOAD + "x" * (MOST_OCTETS - len(PAYLOAD))


def test_a_number_alone_is_the_smallest_symbol_that_there_is():
    assert symbol(PAYLOAD).modules == 21 + 2 * QUIET_ZONE_MODULES


def test_all_characters_are_in_one_segment():
    """31 octets take version 3; digits in a segment of their own would make it version 2."""
    assert symbol(PAYLOAD + "x1234567890").modules == 29 + 2 * QUIET_ZONE_MODULES


def test_four_modules_are_quiet_on_every_side_and_the_next_is_not():
    rows = symbol(PAYLOAD).rows
    columns = list(zip(*rows, strict=True))
    for edge in (rows, rows[::-1], columns, columns[::-1]):
        assert not any(any(line) for line in edge[:4])
        assert any(edge[4])


def test_runs_are_the_dark_modules():
    code = symbol(PAYLOAD + "æøå")
    dark = {(run.x + i, run.y) for run in code.runs() for i in range(run.length)}
    assert dark == {(x, y) for y, row in enumerate(code.rows) for x, module in enumerate(row) if module}


def test_errors_are_corrected_at_level_m():
    assert read(Image.open(io.BytesIO(png(symbol(PAYLOAD), 300)))).ec_level == "M"


def test_a_usual_code_is_printed_at_30_mm_and_no_smaller_than_20():
    assert (symbol(PAYLOAD).smallest_mm, symbol(PAYLOAD).printed_mm) == (20, 30)


def test_modules_never_get_smaller_than_a_phone_reads():
    full = symbol(FULL)
    assert full.smallest_mm == 42
    assert full.smallest_mm / full.modules >= 0.4
    assert full.printed_mm == 63


def test_the_longest_text_is_read_from_the_smallest_picture():
    full = symbol(FULL)
    assert full.modules == 105  # version 20
    assert decoded(png(full, 300)) == FULL


def test_more_than_that_is_refused_with_how_much_it_is():
    with pytest.raises(
        Conflict, match="with the number it takes 667 octets of UTF-8, and a phone reads 666 at the most"
    ):
        symbol(FULL + "x")
    with pytest.raises(Conflict, match="takes 1620 octets"):
        symbol(PAYLOAD + "😀" * 400)
