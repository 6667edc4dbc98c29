"""WebSub with a real hub, our real API and both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.bootstrap import App, now
from shared.config import Settings
from shared.store.subscriptions import Subscription
from tests.support.api import serving_api
from tests.support.feeds import BRIDGE, MARKET, Item, json_feed, rss2
from tests.support.hub import CHALLENGE, Hub, call, serving_hub
from tests.support.polling import app_that_reads_loopback, poll, poll_one
from tests.support.web import Reply, Site, serving


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    """An app whose API answers at its public address."""
    api = app_that_reads_loopback(settings)
    with serving_api(api) as port:
        opened = app_that_reads_loopback(settings, public_url=f"http://127.0.0.1:{port}")
        yield opened
        opened.close()
    api.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving_hub() as opened:
        yield opened


def offer(app: App, site: Site, hub: Hub, *items: Item) -> None:
    """Serve a feed that names the hub, and add it."""
    links = f'<atom:link rel="hub" href="{hub.url}"/><atom:link rel="self" href="{site.url("/feed")}?self"/>'
    site.routes["/feed"] = Reply.feed(rss2(*(items or (BRIDGE,)), extra=links).encode())
    app.store.feeds.add([site.url("/feed")], now(), interval=300)


def subscription(app: App) -> Subscription:
    held = app.store.subscriptions.of_feed(1)
    assert held is not None
    return held


def due(app: App) -> int:
    return app.store.feeds.due(now())


def test_a_feed_that_offers_a_hub_is_subscribed_to(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    [form] = hub.asked
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", f"{site.url('/feed')}?self")
    assert form["hub.callback"].startswith(f"{app.settings.public_url}/websub/")
    assert hub.verified == [True]
    assert subscription(app).lease_until is not None


def test_a_hub_may_be_named_by_the_server(app: App, site: Site, hub: Hub) -> None:
    link = f'<{hub.url}>; rel="hub", </topic>; rel=self'
    site.routes["/feed"] = Reply.feed(rss2(BRIDGE).encode(), Link=link)
    app.store.feeds.add([site.url("/feed")], now(), interval=300)
    poll(app)
    assert [form["hub.topic"] for form in hub.asked] == [site.url("/topic")]


def test_a_json_feed_names_its_hub_too(app: App, site: Site, hub: Hub) -> None:
    body = json_feed(BRIDGE, feed_url="https://paper.example/feed.json", hubs=[{"type": "WebSub", "url": hub.url}])
    site.routes["/feed"] = Reply.feed(body.encode())
    app.store.feeds.add([site.url("/feed")], now(), interval=300)
    poll(app)
    assert [form["hub.topic"] for form in hub.asked] == ["https://paper.example/feed.json"]


def test_without_a_public_address_no_hub_is_asked(settings: Settings, site: Site, hub: Hub) -> None:
    app = app_that_reads_loopback(settings)
    offer(app, site, hub)
    poll(app)
    assert hub.asked == []
    app.close()


def test_a_subscribed_feed_is_polled_four_times_rarer(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    pause = app.store.feeds.all()[0].next_poll_at - now()
    assert timedelta(minutes=17) < pause < timedelta(minutes=23)


def test_a_hub_is_asked_once_until_its_lease_nears_its_end(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app, times=3)
    assert len(hub.asked) == 1


def test_a_subscription_is_renewed_before_its_lease_ends(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    hub.lease = 1000
    poll(app)
    first = subscription(app)
    assert first.lease_until is not None
    assert first.ask_at < first.lease_until
    assert app.store.feeds.all()[0].next_poll_at <= first.ask_at
    assert app.store.subscriptions.claim_asking(1, first.ask_at) is not None
    assert app.store.subscriptions.claim_asking(1, first.ask_at) is None


def test_a_change_that_the_hub_tells_makes_the_feed_due_at_once(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    assert due(app) == 0
    assert hub.tell(hub.asked[0]) == 202
    assert due(app) == 1
    offer(app, site, hub, BRIDGE, MARKET)
    poll(app)
    assert app.store.links.counts() == {"due": 2}
    assert due(app) == 0


@pytest.mark.parametrize("method", ["sha1", "sha384", "sha512"])
def test_every_signature_of_the_standard_is_understood(app: App, site: Site, hub: Hub, method: str) -> None:
    offer(app, site, hub)
    poll(app)
    hub.tell(hub.asked[0], method=method)
    assert due(app) == 1


def test_a_change_that_is_told_while_the_feed_is_polled_is_not_missed(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    body = site.routes["/feed"]
    assert isinstance(body, Reply)

    def changed_meanwhile(_: object) -> Reply:
        hub.tell(hub.asked[0])
        return body

    site.routes["/feed"] = changed_meanwhile
    poll(app)
    assert due(app) == 1


def test_a_forged_change_does_nothing(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    assert hub.tell(hub.asked[0], secret="guessed") == 202
    for headers in ({}, {"X-Hub-Signature": "sha256="}, {"X-Hub-Signature": "md5=00"}, {"X-Hub-Signature": "sha256=é"}):
        call(hub.asked[0]["hub.callback"], b"<rss/>", {name: value.encode().decode("latin-1") for name, value in headers.items()})
    assert due(app) == 0


def test_a_body_without_end_is_cut_off(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    assert hub.tell(hub.asked[0], bytes(app.settings.feed_bytes + 1)) == 413
    assert due(app) == 0


def test_a_callback_that_nobody_has_is_refused(app: App) -> None:
    unknown = f"{app.settings.public_url}/websub/guess"
    assert call(f"{unknown}?hub.mode=subscribe&hub.topic=x&hub.challenge=y")[0] == 404
    assert call(unknown, b"<rss/>")[0] == 410


def test_only_what_was_asked_for_is_confirmed(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    [form] = hub.asked
    assert not hub.verify(form, topic="https://other.example/feed")
    assert not hub.verify(form, mode="unsubscribe")
    assert not hub.verify(form, challenge="")
    assert hub.verify(form)


def test_a_challenge_is_repeated_as_plain_text(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    assert hub.verify(hub.asked[0], challenge=CHALLENGE)
    status, body = call(_verification(hub, "<script>"))
    assert (status, body) == (200, b"<script>")


def _verification(hub: Hub, challenge: str) -> str:
    form = hub.asked[0]
    return f"{form['hub.callback']}?hub.mode=subscribe&hub.topic={form['hub.topic']}&hub.challenge={challenge}"


def test_a_hub_that_refuses_leaves_polling_as_it_was(app: App, site: Site, hub: Hub) -> None:
    hub.status = 403
    offer(app, site, hub)
    report = poll_one(app, times=2)
    assert (report.failures, len(hub.asked)) == (0, 1)
    assert report.next_poll_at - now() < timedelta(minutes=10)


def test_a_denied_subscription_is_over(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    form = hub.asked[0]
    status, _ = call(f"{form['hub.callback']}?hub.mode=denied&hub.topic={form['hub.topic']}&hub.reason=no")
    assert (status, subscription(app).lease_until) == (200, None)


def test_a_hub_at_a_private_address_is_not_asked(app: App, site: Site) -> None:
    offer(app, site, Hub(port=0))
    site.routes["/feed"] = Reply.feed(rss2(BRIDGE, extra='<atom:link rel="hub" href="http://10.0.0.1/"/>').encode())
    assert poll_one(app).failures == 0
    assert subscription(app).lease_until is None


def test_a_feed_that_offers_no_hub_any_more_is_left_to_polling(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    site.routes["/feed"] = Reply.feed(rss2(BRIDGE, MARKET).encode())
    poll(app)
    assert app.store.subscriptions.of_feed(1) is None
    assert hub.tell(hub.asked[0]) == 410


def test_a_feed_that_has_moved_is_subscribed_to_anew(app: App, site: Site, hub: Hub) -> None:
    offer(app, site, hub)
    poll(app)
    site.routes |= {"/new": site.routes["/feed"], "/feed": Reply.redirect("/new", 301)}
    poll(app, times=3)
    assert app.store.subscriptions.of_feed(1) is None
    links = f'<atom:link rel="hub" href="{hub.url}"/>'
    site.routes["/new"] = Reply.feed(rss2(BRIDGE, MARKET, extra=links).encode())
    poll(app)
    assert hub.asked[-1]["hub.topic"] == site.url("/new")
