"""One event, told by two reporters, and a report on something else."""

from __future__ import annotations

TEXT = (
    "The harbour board of Port Ellary voted on Tuesday to rebuild the northern breakwater before the winter storms.\n"
    "Chairwoman Ines Calder said the work would cost 14 million crowns and take nine months to finish.\n"
    "Fishing crews had warned since 2023 that the old wall would not survive another January gale."
)
INDEPENDENT = (
    "PORT ELLARY. After a stormy sitting the councillors of Port Ellary found 14 million crowns for a new sea wall.\n"
    "Boats have been lost here in each January gale since 2023, and the crews in the gallery cheered.\n"
    "“It would cost 14 million crowns either way,” said Ines Calder, who had pressed for the northern breakwater for years.\n"
    "Building begins in March under the engineer Tomas Weld and is to last nine months."
)
OTHER = (
    "A survey of 340 orchards in the Senn valley found that frost in April destroyed almost half of the cherry blossom.\n"
    "Growers told the agriculture office in Halden that prices would double by July unless imports were allowed."
)
