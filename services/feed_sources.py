"""Where the feeds of a run come from: the command line, FEEDS, a file, what is stored already, or the bundled newsroom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from shared.config import Settings
from shared.failures import Mistake

_FILES = ("feeds.opml", "feeds.txt")


@dataclass(frozen=True, slots=True)
class FeedSource:
    """Feed URLs and a name for where they came from."""

    name: str
    urls: tuple[str, ...]


def feeds_told(settings: Settings, urls: Sequence[str], file: str | None, folder: Path) -> FeedSource | None:
    """The feeds that a person named, most explicit first; None if nobody named any. Raises `Mistake` for a bad file."""
    if urls or file:
        from_file = read_feed_file(Path(file)) if file else ()
        return FeedSource("the command line", (*urls, *from_file))
    if settings.feeds:
        return FeedSource("FEEDS", tuple(settings.feeds.split()))
    if settings.feeds_file:
        return FeedSource(settings.feeds_file, read_feed_file(Path(settings.feeds_file)))
    for name in _FILES:
        if (folder / name).exists() and (found := read_feed_file(folder / name)):
            return FeedSource(name, found)
    return None


def read_feed_file(path: Path) -> tuple[str, ...]:
    """Read OPML or a plain list (a URL a line, # begins a comment). Raises `Mistake` where it can't be read."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise Mistake(f"The feed list {path} can't be read: {(error.strerror or 'unknown error').lower()}.") from error
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _read_opml(path, body)
    lines = (line.partition(" #")[0].strip() for line in body.decode(errors="replace").lstrip("\ufeff").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def write_opml(feeds: Sequence[tuple[str, str | None]]) -> str:
    """An OPML 2.0 document of (url, title) pairs."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Storyfold's feeds"
    body = etree.SubElement(root, "body")
    for url, title in feeds:
        etree.SubElement(body, "outline", type="rss", text=title or url, xmlUrl=url)
    document: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return document.decode()


def _read_opml(path: Path, body: bytes) -> tuple[str, ...]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Mistake(f"The feed list {path} is not well-formed OPML: {error.msg}.") from error
    urls = tuple(url.strip() for url in root.xpath("//outline/@xmlUrl") if url.strip())
    if not urls:
        raise Mistake(f"The feed list {path} names no feed: an OPML outline needs an xmlUrl attribute.")
    return urls
