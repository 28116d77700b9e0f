"""The package: every format, one code, the same octets every time, and a page that names them all."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import pytest

from smsdialog import qr
from smsdialog.errors import Conflict
from smsdialog.qr import readme
from tests.qr.reader import NUMBER, PAYLOAD, decoded, drawn_by_librsvg, ghostscript

SUFFIXES = {
    "-300px.png", "-600px.png", "-1200px.png", "-2400px.png", ".jpg", ".gif", ".bmp", ".webp",
    "-600dpi.tif", "-600dpi-cmyk.tif", ".svg", ".pdf", ".eps", ".vcf", "-signature.html", "-signature.txt",
}  # fmt: skip
WISHES = {"text": "Hej på dig", "caption": "Skriv til Anna på"}
PAGES = {"da": "LÆSMIG.txt", "en": "README.txt"}


def unpacked(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(("language", "page"), PAGES.items())
def test_the_package_holds_every_format_and_a_page_in_its_language(language, page):
    files = unpacked(qr.package(NUMBER, language=language))
    assert set(files) == {page, *(f"qr-{NUMBER}{suffix}" for suffix in SUFFIXES)}
    assert all(files.values())
    assert all(name.isascii() for name in set(files) - {"LÆSMIG.txt"})


@pytest.mark.parametrize("scheme", qr.SCHEMES)
def test_every_picture_of_the_package_says_the_same(scheme):
    said = qr.payload(NUMBER, scheme, WISHES["text"])
    files = unpacked(qr.package(NUMBER, scheme=scheme, **WISHES))
    pictures = [name for name in files if name.rpartition(".")[2] in {"png", "jpg", "gif", "bmp", "webp", "tif"}]
    assert {decoded(files[name]) for name in pictures} == {said}
    assert len(pictures) == 10


@pytest.mark.needs("rsvg")
@pytest.mark.needs("ghostscript")
def test_every_drawing_of_the_package_says_the_same(tmp_path):
    files = unpacked(qr.package(NUMBER, **WISHES))
    assert decoded(drawn_by_librsvg(files[f"qr-{NUMBER}.svg"])) == PAYLOAD + WISHES["text"]
    for name in (f"qr-{NUMBER}.pdf", f"qr-{NUMBER}.eps"):
        assert decoded(ghostscript(files[name], tmp_path, "-sDEVICE=pnggray", "-r300")) == PAYLOAD + WISHES["text"]


def test_the_same_wishes_are_the_same_octets_in_every_process():
    program = f"import sys; from smsdialog import qr; sys.stdout.buffer.write(qr.package({NUMBER!r}, **{WISHES!r}))"
    packages = {
        subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True).stdout
        for env in ({"PYTHONHASHSEED": "1", "TZ": "UTC"}, {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C"})
    }
    assert packages == {qr.package(NUMBER, **WISHES)}


@pytest.mark.parametrize("change", [{"text": "x"}, {"caption": "x"}, {"scheme": "sms"}, {"language": "en"}])
def test_another_wish_is_another_package(change):
    assert qr.package(NUMBER, **change) != qr.package(NUMBER)
    assert qr.package(NUMBER) != qr.package("459192000124")


def test_no_file_of_the_package_has_a_time_and_all_may_be_read():
    with zipfile.ZipFile(io.BytesIO(qr.package(NUMBER))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}


@pytest.mark.parametrize(("language", "page"), PAGES.items())
def test_the_page_names_every_file_and_no_other(language, page):
    files = unpacked(qr.package(NUMBER, language=language))
    named = {line for line in files[page].decode().splitlines() if line.startswith("qr-")}
    assert named == set(files) - {page}
    assert {f"qr-{NUMBER}{suffix}" for suffix in readme.USES} == named


def test_the_page_tells_what_the_code_says_and_how_small_it_may_be():
    page = unpacked(qr.package(NUMBER, text="KODE"))["LÆSMIG.txt"].decode()
    assert f"\n{PAYLOAD}KODE\n" in page
    assert "20 x 20 mm" in page
    assert "30 x 30 mm" in page
    longer = unpacked(qr.package(NUMBER, text="x" * 640, language="en"))["README.txt"].decode()
    assert "no smaller than 42 x 42 mm" in longer


@pytest.mark.parametrize("language", ["", "xx", "../da", "DA"])
def test_a_language_that_is_not_there_is_refused(language):
    with pytest.raises(Conflict, match="take one of da, en"):
        qr.package(NUMBER, language=language)


@pytest.mark.parametrize(
    "wishes",
    [
        {"text": "a\nb"},
        {"text": ":x"},
        {"text": "x" * 700},
        {"caption": "😀"},
        {"caption": "x" * 80},
        {"scheme": "tel"},
    ],
)
def test_what_cannot_be_packed_is_refused(wishes):
    with pytest.raises(Conflict):
        qr.package(NUMBER, **wishes)
