"""Where WebSub hubs call: GET verifies that we asked, POST tells that a feed has changed."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared import log
from shared.bootstrap import App, now
from shared.stages.websub import CALLBACK, granted_lease, is_signed
from shared.store.subscriptions import Subscription


def websub_routes(app: App) -> list[Route]:
    """The callback; an address that can't be guessed leads to one feed."""

    def verify(request: Request) -> Response:
        held = app.store.subscriptions.of_token(request.path_params["token"])
        if held is None:
            return Response(status_code=404)
        return _verify(app, held, dict(request.query_params))

    async def distribute(request: Request) -> Response:
        held = await run_in_threadpool(app.store.subscriptions.of_token, request.path_params["token"])
        if held is None:
            return Response(status_code=410)  # §6: tells the hub that nobody listens here any more
        body = await _body(request, app.settings.feed_bytes)
        if body is None:
            return Response(status_code=413)
        signed = is_signed(body, request.headers.get("x-hub-signature"), held.secret)
        if signed:
            await run_in_threadpool(app.store.subscriptions.pushed, held.token, now())
        log.logger().info("websub", outcome="pushed" if signed else "bad-signature", feed=held.feed)
        return Response(status_code=202)  # also for a wrong signature: whoever forges learns nothing

    path = f"{CALLBACK}/{{token}}"
    return [Route(path, verify, methods=["GET"]), Route(path, distribute, methods=["POST"])]


def _verify(app: App, held: Subscription, told: dict[str, str]) -> Response:
    """§5.3: repeat the challenge only for what we asked for."""
    mode, challenge = told.get("hub.mode"), told.get("hub.challenge")
    if mode == "denied" and told.get("hub.topic") == held.topic:
        app.store.subscriptions.denied(held.token, now())
        log.logger().warning("websub", outcome="denied", feed=held.feed, detail=told.get("hub.reason", ""))
        return Response(status_code=200)
    if mode != "subscribe" or told.get("hub.topic") != held.topic or not challenge:
        return Response(status_code=404)
    app.store.subscriptions.verified(held.token, granted_lease(told.get("hub.lease_seconds")), now())
    log.logger().info("websub", outcome="subscribed", feed=held.feed, hub=held.hub)
    return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})


async def _body(request: Request, most: int) -> bytes | None:
    """The whole body, or None if it is too large."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            return None
    return bytes(body)
