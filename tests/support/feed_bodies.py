"""A hundred bodies of feeds, and of what is none, in each format and with each fault."""

# ruff: noqa: E501 - a table reads best with one case a line

from __future__ import annotations

import gzip

from tests.support.feeds import BRIDGE, MARKET, Item, atom, json_feed, news_sitemap, rdf, rss2, rss_old

URL = "https://paper.example/feeds/all.xml"
BOTH = [BRIDGE.url, MARKET.url]
NETSCAPE = (
    '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
)

# Each holds both entries, however badly it is written.
READABLE: dict[str, str | bytes] = {
    "rss 2.0": rss2(BRIDGE, MARKET),
    "rss 0.91": rss_old("0.91", BRIDGE, MARKET),
    "rss 0.91 with netscape's doctype": rss_old("0.91", BRIDGE, MARKET, doctype=NETSCAPE),
    "rss 0.92": rss_old("0.92", BRIDGE, MARKET),
    "rss 0.93": rss_old("0.93", BRIDGE, MARKET),
    "rss 0.94": rss_old("0.94", BRIDGE, MARKET),
    "rss of no known version": rss_old("7", BRIDGE, MARKET),
    "rss 1.0": rdf(BRIDGE, MARKET),
    "rss 0.90": rdf(BRIDGE, MARKET, namespace="http://my.netscape.com/rdf/simple/0.9/"),
    "atom 1.0": atom(BRIDGE, MARKET),
    "atom 0.3": atom(BRIDGE, MARKET, namespace="http://purl.org/atom/ns#"),
    "json feed 1.0": json_feed(BRIDGE, MARKET, version="https://jsonfeed.org/version/1"),
    "json feed 1.1": json_feed(BRIDGE, MARKET),
    "json feed with a byte order mark": b"\xef\xbb\xbf" + json_feed(BRIDGE, MARKET).encode(),
    "json feed without a version": json_feed(BRIDGE, MARKET, version=""),
    "news sitemap": news_sitemap(BRIDGE, MARKET),
    "news sitemap with a prefix of its own": news_sitemap(BRIDGE, MARKET, prefix="n"),
    "news sitemap in gzip": gzip.compress(news_sitemap(BRIDGE, MARKET).encode()),
    "sitemap that breaks off": news_sitemap(BRIDGE, MARKET).encode()[:-9],
    "sitemap after comments": "<?xml version='1.0'?><!-- made -->\n<!-- by hand -->" + news_sitemap(BRIDGE, MARKET).partition("?>")[2],
    "sitemap with prefixed elements": (
        "<s:urlset xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        + "".join(f"<s:url><s:loc>{url}</s:loc></s:url>" for url in BOTH)
        + "</s:urlset>"
    ),
    "rss in gzip": gzip.compress(rss2(BRIDGE, MARKET).encode()),
    "rss with a byte order mark": b"\xef\xbb\xbf" + rss2(BRIDGE, MARKET).encode(),
    "rss in utf-16": rss2(BRIDGE, MARKET, head='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
    "rss in utf-16 without a mark": rss2(BRIDGE, MARKET, head='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16-le"),
    "rss in utf-32": rss2(BRIDGE, MARKET, head='<?xml version="1.0" encoding="UTF-32"?>').encode("utf-32"),
    "rss in latin-1 without a declaration": rss2(BRIDGE, MARKET, extra="<copyright>© Zürich</copyright>", head="").encode("latin-1"),
    "rss that says utf-8 and is latin-1": rss2(BRIDGE, MARKET, extra="<copyright>Zürich</copyright>").encode("latin-1"),
    "rss of an unknown encoding": rss2(BRIDGE, MARKET, head='<?xml version="1.0" encoding="x-klingon"?>'),
    "rss without a declaration": rss2(BRIDGE, MARKET, head=""),
    "rss after blank lines": "\n\n \n" + rss2(BRIDGE, MARKET),
    "rss after a php warning": "<br />\n<b>Warning</b>: no such thing in <b>/feed.php</b> on line <b>3</b><br />\n" + rss2(BRIDGE, MARKET),
    "rss after a comment": "<!-- cached -->" + rss2(BRIDGE, MARKET, head=""),
    "rss before a comment": rss2(BRIDGE, MARKET) + "<!-- 0.3 s -->",
    "rss before html": rss2(BRIDGE, MARKET) + "<script>var a = 1;</script></body></html>",
    "rss that breaks off": rss2(BRIDGE, MARKET)[:-20],
    "rss with a bare ampersand": rss2(BRIDGE, MARKET, extra="<category>Fish & Chips</category>"),
    "rss with an html entity": rss2(BRIDGE, MARKET, extra="<category>Caf&eacute;&nbsp;</category>"),
    "rss with an unknown entity": rss2(BRIDGE, MARKET, extra="<category>&nonsense;</category>"),
    "rss with an undeclared prefix": rss2(BRIDGE, MARKET, extra="<foo:bar>x</foo:bar>"),
    "rss with a null byte": rss2(BRIDGE, MARKET, extra="<category>a\x00b</category>"),
    "rss with control characters": rss2(BRIDGE, MARKET, extra="<category>\x03\x0b</category>"),
    "rss with broken utf-8": rss2(BRIDGE, MARKET).encode().replace(b"opens", b"op\xff\xfens"),
    "rss with an unclosed element": rss2(BRIDGE, MARKET, extra="<image><url>x</url>"),
    "rss with elements in capitals": rss2(BRIDGE, MARKET).replace("item>", "ITEM>").replace("<link>", "<LINK>").replace("</link>", "</LINK>"),
    "rss with a stylesheet": rss2(BRIDGE, MARKET, head='<?xml version="1.0"?><?xml-stylesheet href="a.xsl" type="text/xsl"?>'),
    "rss with an entity of its own": rss2(BRIDGE, MARKET, head='<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY paper "The Paper">]>'),
    "rss with an external entity": rss2(BRIDGE, MARKET, head='<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "rss with an external dtd": rss2(BRIDGE, MARKET, head='<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1:9/a.dtd">'),
    "rss with old mac line ends": rss2(BRIDGE, MARKET).replace("><", ">\r<"),
    "rss with windows line ends": rss2(BRIDGE, MARKET).replace("><", ">\r\n<"),
    "rss with links in cdata": rss2(BRIDGE, MARKET).replace("<link>", "<link><![CDATA[").replace("</link>", "]]></link>"),
    "rss with links between blanks": rss2(BRIDGE, MARKET).replace("<link>", "<link>\n\t ").replace("</link>", "\n </link>"),
    "rss with relative links": rss2(Item("/news/1"), Item("../news/2")),
    "rss with links without a scheme": rss2(Item("//paper.example/news/1"), Item("//paper.example/news/2")),
    "rss with permalinks for links": rss2(BRIDGE, MARKET).replace("<link>", "<x>").replace("</link>", "</x>").replace(
        'isPermaLink="false">tag:paper.example,2026:', ">https://paper.example/news/"
    ),
    "rss with wrapped links": rss2(Item("https://proxy.example/1"), Item("https://proxy.example/2")).replace(
        "<guid", "<feedburner:origLink>https://paper.example/news/1</feedburner:origLink><guid", 1
    ).replace("2</link><guid", "2</link><feedburner:origLink>https://paper.example/news/2</feedburner:origLink><guid"),
    "rss with an entry that names no page": rss2(BRIDGE, MARKET).replace("</channel>", "<item><title>No link</title></item></channel>"),
    "rss with an entry that names no web page": rss2(BRIDGE, Item("mailto:a@b.example", guid="x"), MARKET),
    "rss with an empty item": rss2(BRIDGE, MARKET, extra="<item/>"),
    "rss with an image and a text input": rss2(BRIDGE, MARKET, extra="<image><url>/i.png</url><link>/</link></image><textInput><link>/s</link></textInput>"),
    "rss with enclosures": rss2(BRIDGE, MARKET, item_extra='<enclosure url="https://cdn.example/a.mp3" type="audio/mpeg" length="1"/>'),
    "rss with media": rss2(BRIDGE, MARKET, item_extra='<media:content url="https://cdn.example/a.jpg" medium="image"/>'),
    "rss with comments": rss2(BRIDGE, MARKET, item_extra="<comments>https://paper.example/c</comments>"),
    "rss with an atom link to itself": rss2(BRIDGE, MARKET, extra=f'<atom:link rel="self" href="{URL}"/>'),
    "atom with a base": atom(Item("1"), Item("2"), base="https://paper.example/news/"),
    "atom with relative links": atom(Item("/news/1"), Item("/news/2")),
    "atom with xhtml": atom(BRIDGE, MARKET, item_extra='<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>'),
    "atom with links of other kinds": atom(
        BRIDGE, MARKET, item_extra='<link rel="edit" href="/e"/><link rel="replies" href="/r"/><link rel="enclosure" href="/a.mp3"/>'
    ),
    "atom with the page second": atom(BRIDGE, MARKET).replace(
        '<link rel="alternate"', '<link rel="alternate" type="application/json" href="/api"/><link rel="alternate" type="text/html"'
    ),
    "atom with links without a relation": atom(BRIDGE, MARKET).replace('rel="alternate" ', ""),
    "json feed with addresses as ids": json_feed(BRIDGE, MARKET).replace('"url":', '"nothing":').replace("tag:paper.example,2026:", "https://paper.example/news/"),
    "json feed with external addresses": json_feed(BRIDGE, MARKET).replace('"url":', '"external_url":'),
    "json feed with items of other kinds": json_feed(BRIDGE, MARKET, extra=[1, None]).replace('"items": [', '"items": [null, 3, "x", {}, '),
}  # fmt: skip

NO_FEEDS: dict[str, str | bytes] = {
    "nothing": b"",
    "blanks": " \n\t ",
    "a web page": "<!DOCTYPE html><html><head><title>The Paper</title></head><body><p>News</p></body></html>",
    "a web page without a doctype": "<html><body>News</body></html>",
    "a web page after comments": "<!-- a -->\n<!-- b --><html><body>News</body></html>",
    "an xhtml page": '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>News</body></html>',
    "a web page that shows a feed": "<html><body><pre>&lt;rss&gt;</pre></body></html>",
    "words": "Service unavailable",
    "other xml": "<?xml version='1.0'?><note><to>you</to></note>",
    "opml": "<opml version='2.0'><body><outline xmlUrl='https://paper.example/feed'/></body></opml>",
    "svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "other json": '{"error": "not found"}',
    "broken json": '{"version": "https://jsonfeed.org/version/1.1", "items": [',
    "json whose items are none": '{"items": "none"}',
    "a json list": "[1, 2]",
    "deep json": '{"items":' + "[" * 100_000,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "a damaged gzip": gzip.compress(rss2(BRIDGE).encode())[:8] + bytes(50),
    "random bytes": bytes(range(256)) * 10,
    "a pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
}

# Made to explode, or to keep a parser busy

MEGABYTES = 5_000_000
HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>'
TAIL = b"</channel></rss>"


def times(piece: bytes, before: bytes = HEAD, after: bytes = TAIL) -> bytes:
    """Five megabytes of a piece."""
    return before + piece * (MEGABYTES // len(piece)) + after


HEAVY: dict[str, bytes] = {
    "double escapes": times(b"&amp;lt;", HEAD + b"<item><link>/a</link><description>", b"</description></item>" + TAIL),
    "empty items": times(b"<item/>"),
    "tiny items": times(b"<item><link>http://x/1</link></item>"),
    "nesting": times(b"<a>"),
    "nested items": times(b"<item>"),
    "nesting in what is not well formed": times(b"<div>", HEAD + b"&nope;"),
    "attributes of one tag": HEAD + b"<a " + b"".join(b"a%d='' " % number for number in range(400_000)) + b"/>" + TAIL,
    "namespaces": b"<rss " + b"".join(b"xmlns:a%d='u%d' " % (number, number) for number in range(200_000)) + b"><channel/></rss>",
    "bare ampersands": times(b"&x ", HEAD + b"&nope;<item><description>", b"</description></item>" + TAIL),
    "bare brackets": times(b"< ", HEAD + b"&nope;<item><description>", b"</description></item>" + TAIL),
    "comments without end": times(b"<!--"),
    "cdata without end": times(b"<![CDATA["),
    "instructions without end": times(b"<?"),
    "a doctype without end": times(b"[", b"<!DOCTYPE ", b""),
    "entities without end": times(b"<!ENTITY ", b"<!DOCTYPE rss [", b""),
    "comments before a sitemap": times(b"<!-- a -->", b"<?xml version='1.0'?>", b"<urlset/>"),
    "authors": times(b"<author><name/></author>", b'<feed xmlns="http://www.w3.org/2005/Atom"><entry>', b"</entry></feed>"),
    "links of one entry": times(b"<link>http://x/a</link>", HEAD + b"<item>", b"</item>" + TAIL),
    "a title of comments": times(b"<!--", HEAD + b"<item><link>/a</link><title><![CDATA[", b"]]></title></item>" + TAIL),
    "a date without end": times(b"Mon, ", HEAD + b"<item><link>/a</link><pubDate>", b"</pubDate></item>" + TAIL),
    "deep json": times(b"[", b'{"items":', b""),
    "json items": times(b'{"id":1,"url":"/a"},', b'{"items":[', b"{}]}"),
    "sitemap entries": times(b"<url><loc>http://x/a</loc></url>", b"<urlset>", b"</urlset>"),
    "nested sitemap entries": times(b"<url>", b"<urlset>", b""),
    "blanks": times(b" ", b"", b"x"),
    "noise": times(bytes(range(256)), b"", b""),
    "nulls": bytes(MEGABYTES),
    "a million items in gzip": gzip.compress(HEAD + b"<item><link>http://x.org/a</link></item>" * 1_000_000 + TAIL, 1),
}  # fmt: skip
