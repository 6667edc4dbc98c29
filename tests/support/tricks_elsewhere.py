"""Tricks of servers that send one elsewhere, away, or something that nobody asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

from tests.support.tricks import Visit, answers, head, trick, whole

# Elsewhere

answers("redirect-to-itself", "Permanent too-many-redirects", head(302, "Location: /redirect-to-itself", "Content-Length: 0"))
answers("redirect-without-target", "Permanent client-error", head(302, "Content-Length: 0"))
answers("redirect-to-nonsense", "Hostile bad-url", head(302, "Location: http://[::1", "Content-Length: 0"))


@trick("redirect-for-ever", "Permanent too-many-redirects")
def _redirect_for_ever(visit: Visit) -> None:
    visit.send(head(302, f"Location: /redirect-for-ever?{len(visit.path)}{'x' * len(visit.path)}", "Content-Length: 0"))


@trick("redirect-with-endless-body", "page")
def _redirect_with_body(visit: Visit) -> None:
    visit.send(head(302, "Location: /empty"))
    visit.pour(b"x" * 65_536 for _ in count())


@trick("redirect-until-cookie", "page")
def _until_cookie(visit: Visit) -> None:
    if b"seen=yes" in visit.head:
        visit.send(whole())
    else:
        visit.send(head(302, "Location: /redirect-until-cookie", "Set-Cookie: seen=yes; Path=/; HttpOnly", "Content-Length: 0"))


for _name, _location, _ends in (
    ("a-private-network", "http://10.0.0.1/", "Hostile private-address"),
    ("cloud-metadata", "http://169.254.169.254/latest/meta-data/", "Hostile private-address"),
    ("loopback-by-number", "http://2130706434:1/", "Hostile private-address"),
    ("loopback-by-ipv6", "http://[::1]:1/", "Hostile private-address"),
    ("a-file", "file:///etc/passwd", "Hostile bad-url"),
    ("gopher", "gopher://127.0.0.1:6379/_FLUSHALL", "Hostile bad-url"),
    ("a-script", "javascript:alert(1)", "Hostile bad-url"),
    ("data", "data:text/html,hello", "Hostile bad-url"),
    ("user-info", "http://news.example@127.0.0.1/", "Hostile bad-url"),
    ("another-port", "http://93.184.215.14:22/", "Hostile private-address"),
):
    answers(f"redirect-to-{_name}", _ends, head(302, f"Location: {_location}", "Content-Length: 0"))

# No, or not now

_SOON = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
for _name, _value in {"seconds": "120", "date": _SOON, "words": "soon", "negative": "-5", "huge": "99999999"}.items():
    answers(f"429-with-retry-after-in-{_name}", "Transient rate-limited", whole(b"", 429, f"Retry-After: {_value}"))
answers("429", "Transient rate-limited", whole(b"", 429))
answers("503-with-retry-after", "Transient server-error", whole(b"", 503, "Retry-After: 60"))
for _status in (500, 502, 504, 520, 408):
    answers(str(_status), "Transient server-error", whole(b"", _status))
for _status, _reason in {
    400: "client-error",
    401: "forbidden",
    403: "forbidden",
    404: "not-found",
    410: "gone",
    451: "forbidden",
}.items():
    answers(str(_status), f"Permanent {_reason}", whole(b"", _status))
answers("999", "Permanent forbidden", whole(b"", 999))


@trick("error-with-endless-body", "Permanent not-found")
def _endless_error(visit: Visit) -> None:
    visit.send(head(404))
    visit.pour(b"x" * 65_536 for _ in count())


# Not what was asked for

answers("picture", "Permanent not-text", whole(b"\x89PNG\r\n\x1a\n", kind="image/png"))
answers("video-without-end", "Permanent not-text", head(200, "Content-Length: 9999999999", kind="video/mp4"))
answers("document-said-to-be-html", "Permanent not-text", whole(b"%PDF-1.7\n" + bytes(100)))
answers("archive-said-to-be-html", "Permanent not-text", whole(b"PK\x03\x04" + bytes(100)))
answers("program", "Permanent not-text", whole(b"\x7fELF", kind="application/octet-stream"))
answers("feed-for-a-page", "Permanent not-html", whole(b"<rss version='2.0'><channel/></rss>", kind="application/rss+xml"))
answers("json-for-a-page", "Permanent not-html", whole(b"{}", kind="application/json"))
answers("style-for-a-page", "Permanent not-html", whole(b"p {}", kind="text/css"))
