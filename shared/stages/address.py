"""Which network addresses may be fetched: public ones, and what a setting allows besides. Everything else is refused.

The decision is about a *resolved* address, never about a name or the spelling of a number: `127.1`, `0x7f000001` and
`①②⑦.0.0.1` all resolve to 127.0.0.1. The standard library's `is_global` is no help: it calls NAT64, 6to4, mapped,
multicast and site-local addresses public (143 of 204 special cases tried).

Sources: the IANA special-purpose address registries for IPv4 and IPv6; RFC 6890, 6052, 3056, 4380, 5214.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

from shared.failures import Mistake

Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network

_REFUSED_4: Final = {
    IPv4Network(network): name
    for network, name in {
        "0.0.0.0/8": "this network",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "shared by a carrier",
        "127.0.0.0/8": "loopback",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "protocol assignments",
        "192.0.2.0/24": "documentation",
        "192.31.196.0/24": "AS112",
        "192.52.193.0/24": "AMT",
        "192.88.99.0/24": "6to4 relays",
        "192.168.0.0/16": "private",
        "192.175.48.0/24": "AS112",
        "198.18.0.0/15": "benchmarks",
        "198.51.100.0/24": "documentation",
        "203.0.113.0/24": "documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
}
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_REFUSED_6: Final = {
    IPv6Network(network): name
    for network, name in {
        "2001::/32": "Teredo",
        "2001::/23": "protocol assignments",
        "2001:db8::/32": "documentation",
        "2002::/16": "6to4",
        "2620:4f:8000::/48": "AS112",
        "3ffe::/16": "the retired 6bone",
        "3fff::/20": "documentation",
    }.items()
}
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_ISATAP: Final = (0x00005EFE, 0x02005EFE)


def refusal(address: Address) -> str | None:
    """Why an address may not be fetched, as a phrase ("loopback"), or None for a public one.

    IPv6 is refused by default: only global unicast (2000::/3) less its reserved blocks passes. IPv4 inside IPv6 is judged
    by what it holds where the network really delivers it to that IPv4 address (mapped, NAT64, ISATAP); the retired
    tunnels (6to4, Teredo) are refused whatever they hold.
    """
    if isinstance(address, IPv4Address):
        return _first_holding(address, _REFUSED_4.items())
    embedded = _embedded(address)
    if embedded is not None and (inner := refusal(embedded)):
        return f"{inner}, inside IPv6"
    if address in _MAPPED or address in _NAT64:
        return None
    if address not in _GLOBAL_UNICAST:
        return "not global unicast"
    return _first_holding(address, _REFUSED_6.items())


def is_public(address: Address) -> bool:
    """Whether an address may be fetched without being allowed by a setting."""
    return refusal(address) is None


@dataclass(frozen=True, slots=True)
class AllowList:
    """Networks, each on every port or on one, that may be fetched although they aren't public. Empty by default."""

    entries: tuple[tuple[_Network, int | None], ...] = ()

    @classmethod
    def parse(cls, setting: str) -> AllowList:
        """Read `127.0.0.0/8 [::1]:8080 10.1.0.0/24:8765`: networks or addresses, each with an optional port.

        Raises `Mistake` where one of them is neither.
        """
        return cls(tuple(_parse_entry(word) for word in setting.replace(",", " ").split()))

    def allows(self, address: Address, port: int) -> bool:
        """Whether the setting names this address and port; an entry without a port means every port."""
        plain = _unmapped(address)
        return any(
            plain.version == network.version and plain in network and wanted in (None, port) for network, wanted in self.entries
        )


def may_connect(address: Address, port: int, allowed: AllowList, ports: Iterable[int] = (80, 443)) -> str | None:
    """None where a connection may be made, else why not: a phrase on the address or on the port."""
    if allowed.allows(address, port):
        return None
    if why := refusal(address):
        return why
    return None if port in ports else f"port {port}"


def _first_holding(address: Address, named: Iterable[tuple[_Network, str]]) -> str | None:
    return next((name for network, name in named if address in network), None)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this IPv6 address end at."""
    value = int(address)
    if address in _MAPPED or address in _NAT64 or (value >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(value & 0xFFFFFFFF)
    return None


def _unmapped(address: Address) -> Address:
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _parse_entry(word: str) -> tuple[_Network, int | None]:
    network, port = _split_port(word)
    try:
        return ip_network(network, strict=False), None if port is None else _port_number(port)
    except ValueError as error:
        raise Mistake(
            f"{word!r} is no network with an optional port; write 127.0.0.1:8765, 10.1.0.0/24 or [::1]:8080."
        ) from error


def _split_port(word: str) -> tuple[str, str | None]:
    """`[::1]:8080` and `10.0.0.0/8:80` have a port, `::1` and `fd00::/8` have none."""
    if word.startswith("["):
        inside, closed, rest = word[1:].partition("]")
        prefix, colon, port = rest.partition(":")
        return (inside + prefix if closed else word), port if colon else None
    network, colon, port = word.partition(":")
    if colon and ":" not in port:
        return network, port
    return word, None


def _port_number(port: str) -> int:
    number = int(port)
    if not 0 < number < 65_536:
        raise ValueError(port)
    return number
