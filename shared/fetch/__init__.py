"""The reader of the web: the only package that opens outbound connections.

url ──▶ resolve ──▶ check the address ──▶ connect to that very one ──▶ head ──▶ body, decoded under a cap ──▶ Page
 ▲      network.py   stages/address.py       network.py                         body.py                     client.py
 └───────────────────────────── a redirect starts again from here ──────────────┘
"""

from __future__ import annotations

from shared.fetch.client import Accept, Fetcher, FetchLimits, Hop
from shared.fetch.robots import RobotsCache
from shared.stages.address import AllowList

__all__ = ["Accept", "AllowList", "FetchLimits", "Fetcher", "Hop", "RobotsCache"]
