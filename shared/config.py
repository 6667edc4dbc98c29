"""Every setting, its default and its meaning: read once from the environment, then passed along as a frozen value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from shared.failures import Mistake
from shared.stages.address import AllowList
from shared.stages.proxy import Proxy
from shared.stages.reach import Window


class _Unusable(Exception):
    """The message tells what the value must be."""


def _number(low: float, high: float) -> Callable[[str], float]:
    return lambda text: _within(float, text, low, high, f"a number from {low:g} to {high:.10g}")


def _whole(low: int, high: int) -> Callable[[str], int]:
    return lambda text: int(_within(int, text, low, high, f"a whole number from {low} to {high}"))


def _within(kind: type[int | float], text: str, low: float, high: float, wanted: str) -> float:
    try:
        value = kind(text)
    except ValueError as error:
        raise _Unusable(wanted) from error
    if not low <= value <= high:
        raise _Unusable(wanted)
    return value


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise _Unusable("one of " + ", ".join(words))
        return text

    return parse


def _switch(text: str) -> bool:
    if text not in {"on", "off"}:
        raise _Unusable("on or off")
    return text == "on"


def _text(text: str) -> str:
    return text


def _web_address(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise _Unusable("an address that begins with http:// or https://")
    return text.rstrip("/")


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _setting(variable: str, default: str, parse: Callable[[str], Any], meaning: str) -> Any:  # noqa: ANN401 - as dataclasses.field
    """Describe a setting: its environment variable, its default as one would write it there, and a sentence for the docs."""
    return field(metadata={"variable": variable, "default": default, "parse": parse, "meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. Build it with `settings_from`; times are in seconds unless the meaning says otherwise."""

    state_dir: Path = _setting(  # noqa: RUF009 - describes a field, as dataclasses.field does
        "STORYFOLD_STATE", ".storyfold", _path, "Folder for the embedded database, the embedded queue and their files."
    )
    database_url: str = _setting(
        "DATABASE_URL",
        "",
        _text,
        "`postgresql://user:password@host/name` or `sqlite:///file`; empty: `storyfold.db` in the state folder.",
    )
    redis_url: str = _setting(
        "REDIS_URL",
        "",
        _text,
        "The queue's Redis or Valkey; empty: `storyfold run` starts a server of its own in the state folder.",
    )
    feeds: str = _setting("FEEDS", "", _text, "Feed URLs to add at start, parted by spaces.")
    feeds_file: str = _setting(
        "STORYFOLD_FEEDS_FILE",
        "",
        _text,
        "OPML file or plain list of feeds to add at start; empty: `feeds.opml`, else `feeds.txt`, in the working folder.",
    )
    log: str = _setting(
        "STORYFOLD_LOG",
        "auto",
        _one_of("auto", "pretty", "plain", "json"),
        "Look of the log: `pretty` has colours, `plain` the same lines without, `json` an object a line; "
        "`auto` is pretty on a terminal and json elsewhere.",
    )
    log_level: str = _setting(
        "STORYFOLD_LOG_LEVEL",
        "info",
        _one_of("debug", "info", "warning", "error"),
        "Least level that is logged; `debug` shows the queue library's own lines too.",
    )
    contact: str = _setting(
        "STORYFOLD_CONTACT", "", _text, "Web page or e-mail address that the User-Agent names, so that a site can reach you."
    )
    allow_addresses: AllowList = _setting(  # noqa: RUF009 - as above
        "STORYFOLD_ALLOW_ADDRESSES",
        "",
        AllowList.parse,
        "Networks, each with an optional port, that may be fetched although they are not public, such as `127.0.0.1:8765`; "
        "meant for the bundled newsroom and for tests.",
    )
    proxy: Proxy | None = _setting(  # noqa: RUF009 - as above
        "STORYFOLD_PROXY",
        "",
        Proxy.parse,
        "HTTP proxy for everything that is fetched, as `http://host:port` or `http://user:password@host:port`; it must let "
        "`CONNECT` pass to ports 80 and 443. Names are resolved and judged here all the same; `HTTP_PROXY` and the like are not "
        "looked at.",
    )
    http2: bool = _setting(
        "STORYFOLD_HTTP2",
        "off",
        _switch,
        "`on` speaks HTTP/2 with servers that offer it. It pays nowhere so far: over a kept connection a page takes 1.5 ms of "
        "CPU with it and 0.3 ms without, and a host is asked for few pages at once.",
    )
    fetch_deadline: float = _setting(
        "STORYFOLD_FETCH_DEADLINE", "30", _number(1, 300), "Total time that one download may take, redirects included."
    )
    page_bytes: int = _setting(
        "STORYFOLD_PAGE_BYTES", "3000000", _whole(10_000, 50_000_000), "Largest page, in bytes after decompression."
    )
    feed_bytes: int = _setting(
        "STORYFOLD_FEED_BYTES", "5000000", _whole(10_000, 50_000_000), "Largest feed, in bytes after decompression."
    )
    extract_seconds: float = _setting(
        "STORYFOLD_EXTRACT_SECONDS", "30", _number(1, 600), "Longest time that extracting one page may take before it is killed."
    )
    extract_memory: int = _setting(
        "STORYFOLD_EXTRACT_MEMORY",
        "1500",
        _whole(256, 16_000),
        "Most address space that extracting one page may take, in MB; beyond it the page is rejected.",
    )
    job_memory: int = _setting(
        "STORYFOLD_JOB_MEMORY",
        "1500",
        _whole(256, 64_000),
        "Most address space that one job of a worker may take beyond its worker's own, in MB; pages have their own limit above.",
    )
    job_cpu: float = _setting(
        "STORYFOLD_JOB_CPU", "300", _number(10, 3600), "Most CPU time that one job of a worker may take before it is killed."
    )
    poll_shortest: float = _setting(
        "STORYFOLD_POLL_SHORTEST", "300", _number(1, 86_400), "Shortest pause between two polls of a feed."
    )
    poll_longest: float = _setting(
        "STORYFOLD_POLL_LONGEST", "86400", _number(1, 604_800), "Longest pause between two polls of a feed."
    )
    batch_links: int = _setting("STORYFOLD_BATCH_LINKS", "20", _whole(1, 200), "Links in one job of the queue.")
    queue_jobs: int = _setting(
        "STORYFOLD_QUEUE_JOBS", "50", _whole(1, 10_000), "Jobs that may wait in the extract queue before the fetcher holds back."
    )
    min_free_disk: float = _setting(
        "STORYFOLD_MIN_FREE_DISK",
        "5",
        _number(0, 90),
        "Share of the state folder's disk, in percent, that stays free: below it nothing new is fetched.",
    )
    host_slots: int = _setting("STORYFOLD_HOST_SLOTS", "2", _whole(1, 100), "Downloads from one host at the same time.")
    host_spacing: float = _setting(
        "STORYFOLD_HOST_SPACING",
        "1",
        _number(0, 3600),
        "Pause between the beginnings of two downloads from one host, over all workers; "
        "a longer `Crawl-delay` in its robots.txt is kept, up to 30.",
    )
    lease: float = _setting(
        "STORYFOLD_LEASE",
        "45",
        _number(5, 3600),
        "How long a worker may be silent about a link that it works on before the link is given to another.",
    )
    queue_lease: float = _setting(
        "STORYFOLD_QUEUE_LEASE",
        "600",
        _number(5, 86_400),
        "How long a link may wait in the queue before it counts as lost there and is released again.",
    )
    attempts: int = _setting("STORYFOLD_ATTEMPTS", "5", _whole(1, 50), "How often a link is tried before it ends as dead.")
    deaths: int = _setting(
        "STORYFOLD_DEATHS",
        "3",
        _whole(1, 50),
        "How often the worker of a link may die under it before the link ends as dead; after its first death it goes alone.",
    )
    page_days: float = _setting(
        "STORYFOLD_PAGE_DAYS", "7", _number(0, 365), "How long raw pages are kept for `storyfold reclean`, in days; 0 keeps none."
    )
    trail_days: float = _setting(
        "STORYFOLD_TRAIL_DAYS",
        "90",
        _number(1, 3650),
        "How long `storyfold trace` tells each step of a link that has ended, in days.",
    )
    fold_days: float = _setting("STORYFOLD_FOLD_DAYS", "7", _number(0.01, 365), "How far back folding looks, in days.")
    related_days: float = _setting(
        "STORYFOLD_RELATED_DAYS",
        "14",
        _number(0.01, 365),
        "How far back independent reports on the same event are looked for, in days; at least as far as folding looks. "
        "What is older leaves the index, all but a few keys by which a reprint is known for 400 days.",
    )
    api_bind: str = _setting("STORYFOLD_API_BIND", "127.0.0.1", _text, "Address that the API listens on.")
    public_url: str = _setting(
        "STORYFOLD_PUBLIC_URL",
        "",
        _web_address,
        "Address under which the API is reached from the web; where it is set, feeds that offer a WebSub hub are subscribed to.",
    )
    api_port: int = _setting(
        "STORYFOLD_API_PORT", "8420", _whole(0, 65_535), "Port that the API listens on; 0 takes any free one."
    )
    extract_workers: int = _setting(
        "STORYFOLD_EXTRACT_WORKERS", "2", _whole(1, 64), "Extract workers that `storyfold run` starts on this machine."
    )
    newsroom_port: int = _setting(
        "STORYFOLD_NEWSROOM_PORT", "8765", _whole(0, 65_535), "Port of the bundled newsroom when `storyfold run` starts it."
    )

    @property
    def window(self) -> Window:
        """How far back matching looks."""
        return Window(timedelta(days=self.fold_days), timedelta(days=self.related_days))

    @property
    def database(self) -> str:
        """The database's URL, with the embedded one where none is set."""
        return self.database_url or f"sqlite:///{self.state_dir / 'storyfold.db'}"


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read every setting from `environment`; raises `Mistake` on the first value that can't be used."""
    values: dict[str, Any] = {name: _read(environment, described) for name, described in described_settings().items()}
    return Settings(**values)


def described_settings() -> dict[str, Mapping[str, Any]]:
    """Each setting's name with its variable, default, parser and meaning, as the docs and their test need them."""
    return {each.name: each.metadata for each in fields(Settings)}


def _read(environment: Mapping[str, str], described: Mapping[str, Any]) -> object:
    text = environment.get(described["variable"], "").strip() or described["default"]
    try:
        return described["parse"](text)
    except Mistake as mistake:
        raise Mistake(f"{described['variable']}: {mistake}") from mistake
    except _Unusable as wanted:
        raise Mistake(f"{described['variable']} is {text!r}; it must be {wanted}.") from wanted
