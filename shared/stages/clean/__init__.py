"""raw text → clean text: the headline repeat, the host's learned lines, the curated rules, lines that are links."""

from __future__ import annotations

from shared.stages.clean.cleaning import Cleaned, clean
from shared.stages.clean.host_lines import NOTHING_LEARNED, HostLines

__all__ = ["NOTHING_LEARNED", "Cleaned", "HostLines", "clean"]
