"""HTML becomes lines, as a reader sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsdialog.core.text.html import DEPTH, TAGS, rendered
from smsdialog.core.text.lines import LINES, Mark


def texts(source: str) -> list[str]:
    """The texts of the lines of a source."""
    return [line.text for line in rendered(source)]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("Hej", ["Hej"]),
        ("a &lt; b &amp; c &nbsp; &aring;", ["a < b & c   å"]),
        ("a < b", ["a < b"]),
        ("<p>a<p>b", ["a", "", "b"]),
        ('<p class="MsoNormal">a</p><p class=MsoNormal>b</p>', ["a", "b"]),
        ('<p style="margin:0cm;margin-bottom:.0001pt">a</p><p style="margin: 0">b</p>', ["a", "b"]),
        ('<p style="margin: 0 0 1em 0">a</p><p style="margin: 0 0 1em 0">b</p>', ["a", "", "b"]),
        ("<style>P {margin-top:0;margin-bottom:0}</style><p>a</p><p>b</p>", ["a", "b"]),
        ("<STYLE>a{}</STYLE>x", ["x"]),
        ("<div>a<div>b</div></div><div></div>c", ["a", "b", "c"]),
        ("<div>a</div><div><br></div><div>b</div>", ["a", "", "b"]),
        ("a<br/>b<br>", ["a", "b"]),
        ("<ul><li>a</li><li>b<ol start=3><li>c<li>d</ol></li></ul>", ["- a", "- b", "", "3. c", "4. d"]),
        ("<ol start=x><li>a</ol>", ["1. a"]),
        ("<table><tr><td>a</td><td>b</td></tr><tr><th>c</table>", ["a b", "c"]),
        ("<pre>a\n  b\n\nc</pre>", ["a", "  b", "", "c"]),
        ("<pre>-- \nBo</pre>", ["-- ", "Bo"]),
        ("a<hr>b", ["a", "b"]),
        ('<a href="https://x.example">her</a>', ["her"]),
        ('<img alt="Logo"><img alt="😀">', ["😀"]),
        ("a<!-- b -->c<!-- d", ["ac"]),
        ("<!doctype html><?xml x?>a<!open", ["a"]),
        ("<script>if (a < b) {}</script>a<script>b", ["a"]),
        ("<!--[if mso]>a<![endif]-->b<![if !mso]>c<![endif]>", ["bc"]),
        ('<div style="display:none">a</div><span style="mso-hide:all">b</span><p hidden>c</p>d', ["d"]),
        ('<div style="font-size:0px">a</div><div style="max-height:0">b</div>c', ["c"]),
        ('<div style="font-size:0.9em;max-height:0.5em">a</div>', ["a"]),
        ('<div title="a > b">c</div>', ["c"]),
        ("<div title='a > b'>c</div>", ["c"]),
        ('<div title="a>b', ["b"]),
        ("<b", []),
        ("</p>a</b></nope>", ["a"]),
        ("a<o:p>&nbsp;</o:p>", ["a"]),
        ("  a \n b\t<b> c </b> ", ["a b c"]),
        ("<br hidden><div hidden><br><hr></div>a", ["", "a"]),
        ("<DIV Style='DISPLAY:NONE'>a</DIV>b", ["b"]),
    ],
)
def test_a_source_is_shown(source: str, lines: list[str]) -> None:
    assert texts(source) == lines


@pytest.mark.parametrize(
    ("source", "mark"),
    [
        ('<blockquote type="cite">x</blockquote>', Mark.QUOTE),
        ("<blockquote>x</blockquote>", Mark.QUOTE),
        ('<blockquote style="border-left:1px solid">x</blockquote>', Mark.QUOTE),
        ('<blockquote style="margin:0 0 0 40px;border:none">x</blockquote>', Mark.OWN),
        ('<div class="a gmail_attr b">x</div>', Mark.INTRODUCTION),
        ('<div id="divRplyFwdMsg">x</div>', Mark.HISTORY),
        ('<div id="appendonsend"></div>x', Mark.HISTORY),
        ('<div id="x_divRplyFwdMsg">x</div>', Mark.OWN),
        ('<hr id="stopSpelling">x', Mark.HISTORY),
        ('<hr data-marker="__DIVIDER__">x', Mark.HISTORY),
        ('<div name="quote">x</div>', Mark.QUOTE),
        ('<a name="signature">x</a>', Mark.OWN),
        ('<div id="Signature">x</div>', Mark.SIGNATURE),
        ('<br id="lineBreakAtBeginningOfSignature">x', Mark.FOOTER),
        (
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>x'
            "<b>Od:</b> a <b>Do:</b></p></div>",
            Mark.HISTORY,
        ),
        ('<div style="border-top:solid black 1pt;padding:3pt">x</div>', Mark.OWN),
    ],
)
def test_the_markup_of_a_client_is_known(source: str, mark: Mark) -> None:
    assert next(line.mark for line in rendered(source) if "x" in line.text) is mark


def test_history_does_not_end_with_its_element() -> None:
    lines = rendered('a<div id="divRplyFwdMsg">b</div><div>c</div>')
    assert [line.mark for line in lines] == [Mark.OWN, Mark.HISTORY, Mark.HISTORY]


def test_a_mark_in_the_middle_of_a_line_begins_a_line() -> None:
    lines = rendered('a<span class="gmail_signature_prefix">-- </span>')
    assert [line.text for line in lines] == ["a", "-- "]


def test_marks_within_a_quote_say_nothing() -> None:
    lines = rendered('<blockquote>a<div id="divRplyFwdMsg">b</div></blockquote>c')
    assert [line.mark for line in lines] == [Mark.QUOTE, Mark.QUOTE, Mark.OWN]


def test_after_so_many_tags_the_rest_is_not_looked_at() -> None:
    assert "slut" not in "".join(texts("<b>a</b>" * TAGS + "slut"))


def test_lines_and_depth_are_capped() -> None:
    assert len(texts("a<br>" * (LINES + 10))) == LINES
    assert len(texts("<p>a</p>" * (TAGS // 2))) <= LINES
    assert texts("<div>" * (DEPTH + 9) + "a" + "</div>" * (DEPTH + 9)) == ["a"]


@given(st.text(alphabet="<>/\"'= abdivp!-&;#\n", max_size=80))
def test_rendering_never_raises(source: str) -> None:
    rendered(source)
