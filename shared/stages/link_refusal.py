"""Addresses that can't be an article's: home pages, listings, files."""

from __future__ import annotations

import re
from typing import Final

from shared.stages.link_parts import Parts, rules

_LANGUAGE: Final = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?", re.IGNORECASE)


def refusal(parts: Parts) -> str | None:
    """Why this is no article's address, as a phrase, or None. Most queries make a home page an article: /?p=123."""
    segments = [segment.lower() for segment in parts.path.split("/") if segment]
    if extension := _file_extension(segments):
        return f"is a .{extension} file"
    if segments and segments[-1] in rules()["refused"]["feed_segments"]:
        return "is a feed"
    if parts.query and not (_is_home(segments) and _names(parts.query) <= set(rules()["refused"]["home_parameters"])):
        return None
    return _section(segments)


def _section(segments: list[str]) -> str | None:
    refused = rules()["refused"]
    if segments and segments[-1] in refused["index_files"]:
        segments = segments[:-1]
        return "is a home page" if _is_home(segments) else None
    if _is_home(segments):
        return "is a home page"
    if len(segments) == 1 and segments[0] in refused["first_segments_alone"]:
        return "is no article, by its name"
    return "lists articles" if len(segments) == 2 and segments[0] in refused["listings"] else None


def _names(query: str) -> set[str]:
    return {pair.partition("=")[0].lower() for pair in query.split("&")}


def _is_home(segments: list[str]) -> bool:
    return not segments or (len(segments) == 1 and _LANGUAGE.fullmatch(segments[0]) is not None)


def _file_extension(segments: list[str]) -> str | None:
    if not segments or "." not in segments[-1]:
        return None
    extension = segments[-1].rpartition(".")[2]
    return extension if extension in rules()["refused"]["extensions"] else None
