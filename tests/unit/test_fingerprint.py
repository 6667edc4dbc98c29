from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.stages.figures import compare
from shared.stages.fingerprint import SIGNATURE_VERSION, fingerprint
from tests.support.reports import BY_LANGUAGE

ENGLISH = BY_LANGUAGE["English"]


def test_keys_are_few_and_unsigned_and_fit_32_bits() -> None:
    keys = fingerprint(ENGLISH.report * 20).keys
    assert 0 < len(keys) <= 24
    assert all(0 <= key < 2**32 for key in keys)
    assert keys == tuple(sorted(set(keys)))


def test_the_payload_tells_its_version_and_stays_small() -> None:
    long_text = "\n".join(f"{language.report}\n{language.independent}" for language in BY_LANGUAGE.values())
    payload = fingerprint(long_text).payload
    assert payload[0] == SIGNATURE_VERSION
    assert len(payload) < 2200


def test_a_copy_shares_all_keys_and_an_edited_one_several() -> None:
    keys = set(fingerprint(ENGLISH.report).keys)
    assert set(fingerprint(ENGLISH.report.replace("'", "’").replace(", ", ",  \t")).keys) == keys
    assert len(keys & set(fingerprint(ENGLISH.edited).keys)) >= 4


def test_what_is_retold_in_other_words_is_found_by_its_facts() -> None:
    retold = """Valdora's mayor stepped down on Sunday. Elena Marchetti had wanted to sell 60 percent of the waterworks to
    Aquaterre for 340 million euros, and 45,000 people signed against it. In Trento a court agreed with them."""
    other = """On Sunday the head of the town of Valdora gave up: the plan of Elena Marchetti to hand over 60 percent of its
    water supply to Aquaterre, which offered 340 million euros, moved 45,000 citizens to sign, and judges in Trento to act."""
    assert len(set(fingerprint(retold).keys) & set(fingerprint(other).keys)) >= 3


def test_a_lead_cut_from_a_long_text_still_finds_it() -> None:
    long_text = "\n".join([ENGLISH.report, *(language.report for language in BY_LANGUAGE.values())])
    lead = " ".join(ENGLISH.report.split()[:50])
    assert len(set(fingerprint(long_text).keys) & set(fingerprint(lead).keys)) >= 6


def test_an_independent_report_shares_hardly_a_key() -> None:
    assert len(set(fingerprint(ENGLISH.report).keys) & set(fingerprint(ENGLISH.independent).keys)) <= 1


@pytest.mark.parametrize("text", ["", " \n", "…", "One", "Two words", "東", "«»"])
def test_a_text_with_next_to_nothing_in_it_has_a_fingerprint_without_keys(text: str) -> None:
    assert fingerprint(text).keys == ()


def test_fingerprints_are_the_same_in_every_process() -> None:
    code = "import sys; from shared.stages.fingerprint import fingerprint as f; print(f(sys.stdin.read()).payload.hex())"
    told = subprocess.run([sys.executable, "-c", code], input=ENGLISH.report, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == fingerprint(ENGLISH.report).payload.hex()


@given(st.text())
def test_any_text_is_identical_to_itself(text: str) -> None:
    taken = fingerprint(text)
    assert taken == fingerprint(text)
    assert compare(taken.payload, [taken.payload])[0].identical


@given(
    st.lists(st.sampled_from(ENGLISH.report.split()), max_size=400),
    st.lists(st.sampled_from(ENGLISH.edited.split()), max_size=400),
)
def test_figures_are_shares_and_do_not_depend_on_who_is_asked(one: list[str], other: list[str]) -> None:
    a, b = fingerprint(" ".join(one)).payload, fingerprint(" ".join(other)).payload
    ahead, back = compare(a, [b])[0], compare(b, [a])[0]
    assert ahead._replace(longer=back.longer) == back
    shares = (ahead.words, ahead.content, ahead.trigrams_in_shorter, ahead.octograms_in_shorter, ahead.facts_agree)
    assert all(0 <= share <= 1 for share in shares)


def test_sampling_a_long_text_keeps_its_figures() -> None:
    """Six thousand words are sampled; what they share with a part of them is known beforehand."""
    words = [f"word{number}" if number % 7 else f"Name{number}" for number in range(6000)]
    whole, half = fingerprint(" ".join(words)).payload, fingerprint(" ".join(words[:3000])).payload
    figures = compare(half, [whole])[0]
    assert figures.words == pytest.approx(0.5, abs=0.1)
    assert figures.trigrams_in_shorter == pytest.approx(1, abs=0.02)
    assert figures.trigrams == pytest.approx(0.5, abs=0.1)
    assert figures.octograms_in_shorter == pytest.approx(1, abs=0.02)
    assert figures.length_ratio == 0.5


def test_many_pairs_are_compared_as_one_by_one() -> None:
    payloads = [fingerprint(text).payload for reports in BY_LANGUAGE.values() for text in (reports.report, reports.edited)]
    assert compare(payloads[0], payloads) == [compare(payloads[0], [each])[0] for each in payloads]
    assert compare(payloads[0], []) == []
