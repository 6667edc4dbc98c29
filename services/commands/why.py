"""`storyfold why`: the evidence for a fold, or for keeping two articles apart."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from services.commands.context import store
from services.commands.output import answer, as_json, facts, table
from services.commands.upkeep import article_at
from shared.stages.explain import Explanation, explain
from shared.store.articles import StoredArticle
from shared.store.store import Store


@click.command()
@click.argument("url")
@click.argument("other", required=False)
@as_json
def why(url: str, other: str | None, *, json_wanted: bool) -> None:
    """Tell why an article is in its story, or with a second URL, why two articles are or aren't in one."""
    with store() as opened:
        article = article_at(opened, url)
        told = _decided(opened, article) if other is None else _compared(opened, article, article_at(opened, other))
    if json_wanted:
        answer(told)
        return
    _tell(told)


def _decided(opened: Store, article: StoredArticle) -> dict[str, Any]:
    """The last decision that placed the article, and what its text has in common with the one that decided."""
    placed = [each for each in opened.stories.decisions(article.id) if "best" in each.evidence]
    told: dict[str, Any] = {"article": article.url, "story": opened.stories.of_article(article.id)} | _said(opened, article)
    if not placed:
        return told | {"because": "it has not been folded yet"}
    decision = placed[-1]
    best, runner_up = decision.evidence["best"], decision.evidence["runner_up"]
    told |= {"outcome": decision.outcome, "at": decision.at, "score": round(decision.score, 3)}
    if best is None:
        return told | {"because": "no article of the last days shares its passages"}
    [other] = opened.articles.get([best["article"]])
    told |= {"compared with": other.url, "of story": best["story"], "same text": best["same"], "because": best["because"]}
    told |= {"figures": best["figures"]} | _in_words(explain(article.text, other.text, same_host=article.host == other.host))
    if runner_up is not None:
        [second] = opened.articles.get([runner_up["article"]])
        told["runner-up"] = {"article": second.url, "story": runner_up["story"], "because": runner_up["because"]}
        told["runner-up"]["figures"] = runner_up["figures"]
    return told


def _compared(opened: Store, article: StoredArticle, other: StoredArticle) -> dict[str, Any]:
    stories = [opened.stories.of_article(each.id) for each in (article, other)]
    word = opened.stories.said_of(article.id).get(other.id)
    explained = explain(article.text, other.text, same_host=article.host == other.host)
    return {
        "article": article.url,
        "story": stories[0],
        "other article": other.url,
        "other story": stories[1],
        "in one story": stories[0] == stories[1],
        "people said": _WORDS[word],
        "same text": explained.verdict.same,
        "because": explained.verdict.line,
        "figures": explained.figures._asdict(),
    } | _in_words(explained)


_WORDS = {None: None, True: "they are one story", False: "they are two stories"}


def _said(opened: Store, article: StoredArticle) -> dict[str, list[str]]:
    """What people said, which counts more than any figure; nothing where they said nothing."""
    said = opened.stories.said_of(article.id)
    named = [(other.url, said[other.id]) for other in opened.articles.get(sorted(said))]
    words = {
        "people joined it to": [url for url, one in named if one],
        "people parted it from": [url for url, one in named if not one],
    }
    return {name: urls for name, urls in words.items() if urls}


def _in_words(explained: Explanation) -> dict[str, Any]:
    told = asdict(explained)
    return {
        "facts agreed": told["agreed"],
        "facts only here": told["only_first"],
        "facts only there": told["only_second"],
        "shared passages": told["passages"],
    }


def _tell(told: dict[str, Any]) -> None:
    lists = ("facts agreed", "facts only here", "facts only there", "people joined it to", "people parted it from")
    passages, figures, runner_up = told.pop("shared passages", ()), told.pop("figures", {}), told.pop("runner-up", None)
    facts({name: " · ".join(value) or "none" if name in lists else value for name, value in told.items()})
    for passage in passages:
        click.echo(f"\n  “{passage}”")
    click.echo()
    if figures:
        table("Figures", ("figure", "value"), [(name.replace("_", " "), _rounded(value)) for name, value in figures.items()])
    if runner_up is not None:
        click.echo()
        facts({"runner-up": runner_up["article"], "of story": runner_up["story"], "because": runner_up["because"]})


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value
