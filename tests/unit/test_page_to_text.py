"""What charset a page is read in."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model import Page, Rejection
from shared.stages.page_to_text import decode, page_to_text
from tests.support.article_pages import page_of

RUSSIAN = "Порт снова открыт после шторма, сообщила администрация города."
JAPANESE = "嵐のあと、港は火曜日の朝に再開した。"


def meta(charset: str) -> str:
    return f'<html><head><meta charset="{charset}"></head><body>'


def test_a_byte_order_mark_beats_everything_else() -> None:
    body = codecs.BOM_UTF16_LE + RUSSIAN.encode("utf-16-le")
    assert decode(body, "text/html; charset=windows-1252") == RUSSIAN


def test_the_charset_of_http_beats_that_of_the_page() -> None:
    body = (meta("koi8-r") + RUSSIAN).encode("cp1251")
    assert RUSSIAN in decode(body, "text/html; charset=windows-1251")


def test_the_page_is_believed_where_http_is_silent() -> None:
    assert RUSSIAN in decode((meta("windows-1251") + RUSSIAN).encode("cp1251"))


def test_an_old_content_type_tag_names_the_charset_too() -> None:
    tag = '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">'
    assert RUSSIAN in decode((tag + RUSSIAN).encode("koi8-r"))


def test_an_xml_declaration_names_the_charset_too() -> None:
    assert RUSSIAN in decode(('<?xml version="1.0" encoding="windows-1251"?><html>' + RUSSIAN).encode("cp1251"))


def test_utf8_is_read_as_such_whatever_habit_says() -> None:
    assert decode("Müller – “quoted”".encode(), "text/html; charset=ISO-8859-1") == "Müller – “quoted”"


@pytest.mark.parametrize(
    ("charset", "codec"), [("shift_jis", "cp932"), ("x-sjis", "cp932"), ("euc-jp", "euc_jp"), ("iso-2022-jp", "iso2022_jp")]
)
def test_japanese_charsets_are_read_by_any_of_their_names(charset: str, codec: str) -> None:
    assert JAPANESE in decode((meta(charset) + JAPANESE).encode(codec))


@pytest.mark.parametrize(("charset", "codec"), [("gb2312", "gb18030"), ("big5", "big5hkscs"), ("ks_c_5601-1987", "cp949")])
def test_charsets_are_read_as_the_superset_that_pages_mean(charset: str, codec: str) -> None:
    text = {"gb18030": "港口重新开放 镕", "big5hkscs": "港口重新開放", "cp949": "항구가 다시 문을 열었다 똠"}[codec]
    assert text in decode((meta(charset) + text).encode(codec))


def test_latin_1_means_windows_1252_as_in_every_browser() -> None:
    assert "“quoted” – now" in decode((meta("iso-8859-1") + "“quoted” – now").encode("cp1252"))


@pytest.mark.parametrize("nonsense", ["utf-8-sig-ish", "hex", "none", "utf-16", "unicode_escape"])
def test_a_charset_that_nobody_knows_or_means_is_passed_over(nonsense: str) -> None:
    assert RUSSIAN in decode((meta(nonsense) + RUSSIAN).encode())


def test_a_page_cut_in_the_middle_of_a_letter_stays_utf8() -> None:
    assert decode((RUSSIAN * 3).encode()[:-1]).startswith(RUSSIAN)


def test_a_page_that_names_no_charset_is_guessed() -> None:
    assert RUSSIAN in decode((RUSSIAN * 5).encode("cp1251"))


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_become_text(body: bytes, content_type: str) -> None:
    assert isinstance(decode(body, content_type), str)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"%PDF-1.7 stream", {}),
        (b"\x89PNG\r\n\x1a\n", {"content-type": "text/html"}),
        (b"PK\x03\x04 docx", {}),
        (bytes(range(32)) * 200, {}),
        (b'{"title": "no page"}', {"content-type": "application/json"}),
        (b"<html>", {"content-type": "image/jpeg"}),
    ],
)
def test_what_is_no_text_is_rejected_as_such(body: bytes, headers: dict[str, str]) -> None:
    rejection = page_to_text(Page("https://a.example/x", "https://a.example/x", 200, headers, body))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "not-text"


@pytest.mark.parametrize("body", [b"", b"  \n\t "])
def test_an_empty_page_is_too_short(body: bytes) -> None:
    rejection = page_to_text(page_of(body))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "too-short"


def test_zero_bytes_inside_text_are_dropped() -> None:
    assert page_to_text(page_of(b"<html><p>har\x00bour</p>" + b" " * 200)) == "<html><p>harbour</p>" + " " * 200
