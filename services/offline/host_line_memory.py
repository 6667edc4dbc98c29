"""Learned lines in memory, as the store keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.stages.clean.host_lines import HostLines, LearnableLine, Sighting, host_lines_for, sightings_to_record


@dataclass(slots=True)
class HostLineMemory:
    """Sightings by host and line; bounded, since a line keeps only a few."""

    sightings: dict[tuple[str, int], list[Sighting]] = field(default_factory=dict)

    def known(self, host: str, lines: Sequence[LearnableLine], article: str, sketch: int) -> HostLines:
        """What is furniture for this article."""
        return host_lines_for(self._seen(host, lines), article, sketch)

    def learn(self, host: str, lines: Sequence[LearnableLine], article: str, sketch: int) -> None:
        """Add this article's sightings."""
        for each in sightings_to_record(lines, self._seen(host, lines), article, sketch):
            seen = self.sightings.setdefault((host, each.key), [])
            if each not in seen:
                seen.append(each)

    def _seen(self, host: str, lines: Sequence[LearnableLine]) -> list[Sighting]:
        return [each for line in lines for each in self.sightings.get((host, line.key), ())]
