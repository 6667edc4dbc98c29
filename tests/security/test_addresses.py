"""The address guard, case by case: every special-purpose block in every disguise is refused, the public net is not."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from shared.failures import Failure, Hostile, Mistake
from shared.fetch.network import Door
from shared.fetch.target import target_of
from shared.stages.address import AllowList, is_public, may_connect, refusal


def words(text: str) -> list[str]:
    return text.split()


# First, last and a middle address of each block in the IANA registry of special-purpose IPv4 addresses, and multicast.
SPECIAL_4 = words("""
    0.0.0.0 0.0.0.1 0.255.255.255
    10.0.0.0 10.0.0.1 10.13.37.1 10.255.255.255
    100.64.0.0 100.100.100.200 100.127.255.255
    127.0.0.0 127.0.0.1 127.0.1.1 127.255.255.255
    169.254.0.0 169.254.169.254 169.254.170.2 169.254.255.255
    172.16.0.0 172.17.0.1 172.31.255.255
    192.0.0.0 192.0.0.1 192.0.0.8 192.0.0.9 192.0.0.10 192.0.0.170 192.0.0.192 192.0.0.255
    192.0.2.0 192.0.2.1 192.0.2.255
    192.31.196.0 192.31.196.1 192.31.196.255
    192.52.193.0 192.52.193.1 192.52.193.255
    192.88.99.0 192.88.99.1 192.88.99.255
    192.168.0.0 192.168.0.1 192.168.1.254 192.168.255.255
    192.175.48.0 192.175.48.1 192.175.48.255
    198.18.0.0 198.18.0.1 198.19.255.255
    198.51.100.0 198.51.100.7 198.51.100.255
    203.0.113.0 203.0.113.9 203.0.113.255
    224.0.0.0 224.0.0.1 239.255.255.250 239.255.255.255
    240.0.0.0 250.1.2.3 255.255.255.254 255.255.255.255
""")

# Each block's neighbours, and some well-known servers.
PUBLIC_4 = words("""
    1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    151.101.1.69 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.31.195.255
    192.31.197.0 192.52.192.255 192.52.194.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 192.175.47.255
    192.175.49.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
""")

# The IPv6 registry, and what lies outside global unicast.
SPECIAL_6 = words("""
    :: ::1 ::2 ::ffff:ffff 0:0:0:0:0:0:0:1
    64:ff9b:1:: 64:ff9b:1::1 64:ff9b:1:ffff:ffff:ffff:ffff:ffff
    100:: 100::1 100::ffff:ffff:ffff:ffff 100:0:0:1::1 100:1::
    200::1 1000::1 1fff:ffff::1
    2001:: 2001::1 2001:0:1:2::3 2001:1::1 2001:1::2 2001:1::3 2001:2:: 2001:2::1 2001:2:0:ffff:: 2001:3:: 2001:3::1
    2001:4:112:: 2001:4:112::1 2001:5::1 2001:10:: 2001:10::1 2001:1f:ffff:: 2001:20:: 2001:20::1 2001:2f:ffff::
    2001:30:: 2001:30::1 2001:3f:ffff:: 2001:1ff:ffff:ffff::
    2001:db8:: 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
    2002:: 2002::1 2002:ffff:ffff::
    2620:4f:8000:: 2620:4f:8000::1
    3ffe:: 3ffe:1::1 3fff:: 3fff:1::1 3fff:fff:ffff::
    4000:: 4000::1 5f00:: 5f00::1 8000::1 a000::1 c000::1 e000::1 f000::1
    fc00:: fc00::1 fd00::1 fd00:ec2::254 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    fe00::1 fe80:: fe80::1 fe80::1%eth0 febf:ffff::1 fec0:: fec0::1 feff::1
    ff00:: ff01::1 ff02::1 ff02::fb ff05::2 ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
""")

PUBLIC_6 = words("""
    2001:200::1 2001:4860:4860::8888 2001:67c:4e8:f004::9 2003::1 2400:cb00::1 2600:1f18::1 2606:4700::6810:84e5
    2606:2800:21f:cb07:6820:80da:af6b:8b2c 2620:fe::fe 2620:4f:7fff::1 2620:4f:8001::1 2a00:1450:4001:800::200e
    2a02:26f0::1 2a04:4e42::81 2c0f:fb50::1 3ffd:ffff::1
""")

PRIVATE_INSIDE = ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"]

# How an IPv4 address is written into an IPv6 one.
EMBEDDINGS = {
    "mapped": lambda v4: IPv6Address(0xFFFF << 32 | int(v4)),
    "compatible": lambda v4: IPv6Address(int(v4)),
    "translated": lambda v4: IPv6Address(0xFFFF << 48 | int(v4)),
    "nat64": lambda v4: IPv6Address(int(IPv6Address("64:ff9b::")) | int(v4)),
    "local nat64": lambda v4: IPv6Address(int(IPv6Address("64:ff9b:1::")) | int(v4)),
    "6to4": lambda v4: IPv6Address(0x2002 << 112 | int(v4) << 80 | 1),
    "teredo server": lambda v4: IPv6Address(0x20010000 << 96 | int(v4) << 64 | 0x1234),
    "teredo client": lambda v4: IPv6Address(0x20010000 << 96 | 0x4136E378 << 64 | (int(v4) ^ 0xFFFFFFFF)),
    "isatap": lambda v4: IPv6Address(int(IPv6Address("2a00:1450::")) | 0x5EFE << 32 | int(v4)),
    "isatap, global": lambda v4: IPv6Address(int(IPv6Address("2a00:1450::")) | 0x0200_5EFE << 32 | int(v4)),
}

# Spellings of a URL's host that resolvers and browsers take for an address.
SPELLINGS = words("""
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7F.1 0177.0.0.1 017700000001 0177.1 127.0.0.1.
    ①②⑦.0.0.1 １２７.０.０.１ 127。0。0。1 0 0.0.0.0 00.0.0.0
    10.0.0.1 0xa000001 167772161 012.0.0.1 192.168.257 0xc0a80101 3232235777 169.254.43518 0xa9fea9fe 2852039166
    [::1] [0:0:0:0:0:0:0:1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [64:ff9b::7f00:1] [fe80::1]
    [fe80::1%25lo] [fd00::1] [2002:7f00:1::] localhost LOCALHOST localhost. paper.localhost
""")


@pytest.mark.parametrize("address", [*SPECIAL_4, *SPECIAL_6])
def test_a_special_address_is_refused(address: str) -> None:
    assert refusal(ip_address(address)) is not None


@pytest.mark.parametrize("address", [*PUBLIC_4, *PUBLIC_6])
def test_a_public_address_is_fetched(address: str) -> None:
    assert refusal(ip_address(address)) is None


@pytest.mark.parametrize("inside", PRIVATE_INSIDE)
@pytest.mark.parametrize("embedding", EMBEDDINGS)
def test_a_private_address_is_refused_inside_any_ipv6_address(embedding: str, inside: str) -> None:
    assert not is_public(EMBEDDINGS[embedding](IPv4Address(inside)))


@pytest.mark.parametrize("embedding", ["mapped", "nat64"])
def test_a_public_address_inside_ipv6_is_fetched_where_packets_end_there(embedding: str) -> None:
    assert is_public(EMBEDDINGS[embedding](IPv4Address("93.184.215.14")))


@pytest.mark.parametrize("embedding", ["compatible", "translated", "local nat64", "6to4", "teredo server", "teredo client"])
def test_a_retired_tunnel_is_refused_whatever_it_holds(embedding: str) -> None:
    assert not is_public(EMBEDDINGS[embedding](IPv4Address("93.184.215.14")))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_private_address_is_refused_however_it_is_spelled(spelling: str) -> None:
    """Each either resolves to an address that is refused, or is no address at all: nothing is connected to."""
    with pytest.raises(Failure) as caught:
        asyncio.run(_connect(f"http://{spelling}/"))
    assert caught.value.reason in {"private-address", "bad-url", "dns"}


@pytest.mark.parametrize("spelling", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "①②⑦.0.0.1", "[::ffff:7f00:1]"])
def test_a_spelling_that_resolves_is_refused_as_private(spelling: str) -> None:
    with pytest.raises(Hostile) as caught:
        asyncio.run(_connect(f"http://{spelling}/"))
    assert caught.value.reason == "private-address"


def test_there_are_enough_cases() -> None:
    embedded = len(EMBEDDINGS) * len(PRIVATE_INSIDE)
    assert len({*SPECIAL_4, *PUBLIC_4, *SPECIAL_6, *PUBLIC_6, *SPELLINGS}) + embedded >= 200


def test_every_block_is_told_by_name() -> None:
    assert refusal(ip_address("169.254.169.254")) == "link-local"
    assert refusal(ip_address("::ffff:127.0.0.1")) == "loopback, inside IPv6"
    assert refusal(ip_address("fd00::1")) == "not global unicast"
    assert refusal(ip_address("2001::1")) == "Teredo"


class TestAllowList:
    def test_nothing_is_allowed_by_default(self) -> None:
        assert not AllowList().allows(ip_address("127.0.0.1"), 80)
        assert AllowList.parse("") == AllowList()

    @pytest.mark.parametrize(
        ("setting", "address", "port"),
        [
            ("127.0.0.0/8", "127.0.0.1", 8765),
            ("127.0.0.1", "127.0.0.1", 1),
            ("127.0.0.1:8765", "127.0.0.1", 8765),
            ("127.0.0.1:8765", "::ffff:127.0.0.1", 8765),
            ("10.1.0.0/24:80, 127.0.0.1:8765", "127.0.0.1", 8765),
            ("10.1.0.7/24", "10.1.0.9", 80),
            ("::1", "::1", 80),
            ("[::1]:8080", "::1", 8080),
            ("[fd00::]/8", "fd12::1", 80),
            ("[fd00::/8]:443", "fd12::1", 443),
            ("fd00::/8", "fd12::1", 80),
        ],
    )
    def test_what_it_names_is_allowed(self, setting: str, address: str, port: int) -> None:
        assert AllowList.parse(setting).allows(ip_address(address), port)

    @pytest.mark.parametrize(
        ("setting", "address", "port"),
        [
            ("127.0.0.1:8765", "127.0.0.1", 8766),
            ("127.0.0.1:8765", "127.0.0.2", 8765),
            ("127.0.0.0/8", "128.0.0.1", 80),
            ("10.1.0.0/24", "10.1.1.1", 80),
            ("[::1]:8080", "::1", 80),
            ("::1", "127.0.0.1", 80),
            ("127.0.0.1", "::1", 80),
        ],
    )
    def test_nothing_else_is(self, setting: str, address: str, port: int) -> None:
        assert not AllowList.parse(setting).allows(ip_address(address), port)

    @pytest.mark.parametrize(
        "setting",
        ["localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "10.0.0.0/33", "[::1", "*", "::1]:80"],
    )
    def test_what_is_no_network_is_told_in_one_sentence(self, setting: str) -> None:
        with pytest.raises(Mistake, match="is no network with an optional port"):
            AllowList.parse(setting)


class TestPorts:
    @pytest.mark.parametrize("port", [80, 443])
    def test_the_webs_own_ports_are_open(self, port: int) -> None:
        assert may_connect(ip_address("93.184.215.14"), port, AllowList()) is None

    @pytest.mark.parametrize("port", [21, 22, 25, 53, 3306, 5432, 6379, 8080, 9200, 11211])
    def test_other_ports_are_not(self, port: int) -> None:
        assert may_connect(ip_address("93.184.215.14"), port, AllowList()) == f"port {port}"

    def test_an_allowed_network_opens_its_port(self) -> None:
        allowed = AllowList.parse("127.0.0.1:8765 93.184.215.0/24:8080")
        assert may_connect(ip_address("127.0.0.1"), 8765, allowed) is None
        assert may_connect(ip_address("93.184.215.14"), 8080, allowed) is None
        assert may_connect(ip_address("127.0.0.1"), 80, allowed) == "loopback"


async def _connect(url: str) -> None:
    """As the reader does it: the URL's host, resolved by the system."""
    target = target_of(url)
    await Door(allowed=AllowList(), ports=(80, 443)).connect(target.host, target.port, 2.0)
