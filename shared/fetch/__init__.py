"""The reader of the web: the only package that opens outbound connections.

A download's way, a redirect starting again from its top:

    URL         target.py                       taken apart; only http and https, no user info
    addresses   network.py, stages/address.py   resolved once, judged, connected to that very one
    head        answer.py                       status, content type, announced length
    body        body.py                         decoded as it comes, under a cap
    Page        client.py
"""

from __future__ import annotations

from shared.fetch.answer import Accept
from shared.fetch.client import Fetcher, FetchLimits
from shared.fetch.robots import RobotsCache
from shared.stages.address import AllowList
from shared.stages.redirects import Hop

__all__ = ["Accept", "AllowList", "FetchLimits", "Fetcher", "Hop", "RobotsCache"]
