"""Not one link lost: the whole pipeline over a newsroom with known truth, while its processes die at random moments.

The quick form runs with all tests; `make faults` runs the long one. Both print the ledger.

    STORYFOLD_FAULT_LINKS     links of the newsroom (quick: 120)
    STORYFOLD_FAULT_COUNT     faults in all, fewer where the links are done before (quick: 9)
    STORYFOLD_FAULT_SECONDS   longest time for the faults; the run then gets as long as it needs to end (quick: 40)
    STORYFOLD_FAULT_AWAY      seconds that a database is away (quick: 1)
    STORYFOLD_FAULT_SEED      chooses newsroom, faults and moments
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from shared.store.store import Store
from tests.support.generator import Newsroom
from tests.support.generator_server import serving_newsroom
from tests.support.hostile_server import TRICKS, hostile
from tests.support.kill import Faults, wait_until
from tests.support.kill_run import Doubler, FaultyRun, all_ended, clock_of, running, suffer_until_done
from tests.support.ledger import Account, account, held_up, spread, stale

LINKS = int(os.environ.get("STORYFOLD_FAULT_LINKS", "120"))
COUNT = int(os.environ.get("STORYFOLD_FAULT_COUNT", "9"))
SECONDS = float(os.environ.get("STORYFOLD_FAULT_SECONDS", "40"))
AWAY = float(os.environ.get("STORYFOLD_FAULT_AWAY", "1"))
SEED = int(os.environ.get("STORYFOLD_FAULT_SEED", "20261120"))

KILLS = {
    "kill work-horse": 30,
    "kill parser": 12,
    "kill extract": 10,
    "kill dedup": 8,
    "kill fetcher": 6,
    "kill queue": 5,
    "kill run": 2,
    "wipe queue": 1,
    "roll out": 2,
}
PATIENCE = {"STORYFOLD_DEATHS": "20"}  # a worker that dies every second isn't a page's fault

# No trap works better a second time; default waits, and tries that are minutes apart, would make an hour of it.
TRAPPED = {"STORYFOLD_ATTEMPTS": "1", "STORYFOLD_FETCH_DEADLINE": "5", "STORYFOLD_PAGE_BYTES": "1000000"}


def told(run: FaultyRun, doubler: Doubler, began: float, store: Store) -> Account:
    """The ledger, printed. The run is stopped first: counting takes a while, and nobody should poll meanwhile."""
    run.stop()
    twice = {"job delivered twice": doubler.jobs, "link delivered twice": doubler.links} if doubler.jobs else {}
    faults = run.faults.done | twice
    found = account(store, run.newsroom, faults, began)
    print(f"\n{found.line()}\n{found.table()}")
    print(spread("until the next link ended after a fault", run.resumed))
    print(spread("until a link that was being worked on at a fault got on, or was due again", held_up(store, run.caught)))
    return found


def survive(
    folder: Path,
    faults: Faults,
    *,
    links: int = LINKS,
    doubled: bool = False,
    count: int = COUNT,
    traps: Sequence[str] = (),
    settings: Mapping[str, str] = {},
) -> Account:
    """Publish in waves, let the faults happen, bring out the second edition, wait for the end; returns the ledger.

    `traps` names behaviours of the hostile server: each is a page that an outlet links to, and a feed that was subscribed to.
    """
    newsroom, began = Newsroom(seed=SEED, links=links, hosts=max(24, links // 200), traps=traps), time.monotonic()
    (folder / "state").mkdir(mode=0o700, exist_ok=True)
    with hostile() as host, serving_newsroom(newsroom):
        newsroom.trap_port = host.port
        feeds = [f"http://feed{number}.localhost:{host.port}/{name}" for number, name in enumerate(dict.fromkeys(traps))]
        run = FaultyRun(folder, newsroom, faults, {**PATIENCE, **settings}, feeds)
        waves = max(2, links // 500)
        with running(run) as store, Doubler(folder, wanted=doubled) as doubler:
            for wave in range(waves):
                newsroom.publish((wave + 1) / waves)
                if wave == waves - 1:
                    newsroom.update()
                assert suffer_until_done(run, store, -(-count // waves), SECONDS / waves), store.links.counts()
            assert wait_until(lambda: not stale(store, newsroom) and all_ended(store, newsroom), 90, 0.5), store.links.counts()
            return told(run, doubler, began, store)


@pytest.mark.timeout(SECONDS * 4 + 300)
def test_nothing_is_lost_or_doubled_while_processes_die_and_the_queue_is_wiped(tmp_path: Path) -> None:
    assert survive(tmp_path, Faults(KILLS, SEED, (0.1, 0.4))).is_clean


@pytest.mark.timeout(SECONDS * 4 + 300)
def test_every_job_delivered_twice_changes_nothing(tmp_path: Path) -> None:
    faults = Faults({}, SEED, (0.1, 0.2))
    found = survive(tmp_path, faults, links=max(40, LINKS // 3), doubled=True, settings={"STORYFOLD_BATCH_LINKS": "4"})
    assert found.is_clean
    assert found.faults["link delivered twice"] >= found.published


@pytest.mark.timeout(SECONDS * 4 + 300)
def test_a_web_full_of_traps_stops_nobody_while_processes_die(tmp_path: Path) -> None:
    """Every trap as a page and as a feed, beside honest pages, and kills."""
    links = max(60, LINKS // 10)
    traps = list(TRICKS) * max(1, links // 400)
    kills = {"kill work-horse": 3, "kill extract": 1, "kill fetcher": 1}
    found = survive(
        tmp_path, Faults(kills, SEED, (0.3, 0.8)), links=links, count=max(4, COUNT // 20), traps=traps, settings=TRAPPED
    )
    assert found.is_clean
    assert found.published == links + len(traps)


@pytest.mark.timeout(SECONDS * 4 + 300)
def test_a_clock_that_is_set_while_processes_die_loses_nothing(tmp_path: Path) -> None:
    """Hours and days ahead and back, for every process and the queue's server, as their system tells the time."""
    if not (clock := clock_of(tmp_path)):
        pytest.skip("there is no libfaketime for this machine, so the clock can't be set for a run alone")
    faults = Faults({"clock set": 3, "kill work-horse": 1}, SEED, (0.2, 0.8))
    found = survive(tmp_path, faults, links=max(60, LINKS // 10), count=max(6, COUNT // 20), settings=clock)
    assert found.is_clean
    log = [json.loads(line) for line in (tmp_path / "run.log").read_text().splitlines() if line.startswith("{")]
    assert any(line["event"] == "clock" for line in log)


@pytest.mark.timeout(SECONDS * 4 + 300)
def test_a_database_that_goes_away_is_waited_for(tmp_path: Path, postgres_url: str) -> None:
    faults = Faults({"database away": 1}, SEED, (0.3, 0.8), away=AWAY)
    found = survive(
        tmp_path, faults, links=max(40, LINKS // 4), count=max(2, min(5, COUNT // 100)), settings={"DATABASE_URL": postgres_url}
    )
    assert found.is_clean
    log = [json.loads(line) for line in (tmp_path / "run.log").read_text().splitlines()]
    assert [line for line in log if line.get("outcome") in {"ended", "crashed"}] == []
