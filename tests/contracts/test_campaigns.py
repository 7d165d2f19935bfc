"""Campaigns keep to their time budget in an ordinary run; `make soak` runs them in full, each part once."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests import campaigns
from tests.contracts.tree import ROOT
from tools import soak


def test_a_campaign_of_a_fixed_size_runs_at_a_tenth_unless_it_is_the_soak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROADSHEET_SOAK", raising=False)
    assert campaigns.figure(full=20_000) == 2_000
    assert campaigns.figure(full=3) == 1
    monkeypatch.setenv("BROADSHEET_SOAK", "1")
    assert campaigns.figure(full=20_000) == 20_000


def test_a_campaign_keeps_to_its_share_of_the_time_and_reaches_its_full_figure_in_the_soak(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("BROADSHEET_SOAK", raising=False)
    assert 2 * sum(campaigns.SHARES.values()) < 100
    going = campaigns.pace("comments", full=10_000)
    assert going.seconds == 24
    assert going.allows(9_999)
    assert not going.allows(10_000)
    late = campaigns.Pace(10_000, seconds=0)
    assert late.allows(49)
    assert not late.allows(50)
    monkeypatch.setenv("BROADSHEET_SOAK", "1")
    assert campaigns.pace("comments", full=10_000).seconds > 1e6


def test_a_hypothesis_campaign_reaches_its_full_figure_and_reports_what_fails() -> None:
    seen: list[int] = []

    def note(number: int) -> None:
        seen.append(number)

    campaigns.search("columns", note, full=10, number=st.integers())
    assert len(seen) >= 10
    with pytest.raises(AssertionError, match="odd"):
        campaigns.search("columns", is_even, full=1_000, number=st.integers())


def is_even(number: int) -> None:
    assert number % 2 == 0, "odd"


def test_the_soak_splits_long_campaigns_into_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROADSHEET_SOAK", raising=False)
    assert [*campaigns.parts(5)] == [1]
    monkeypatch.setenv("BROADSHEET_SOAK", "1")
    assert [*campaigns.parts(5)] == [1, 2, 3, 4, 5]


def test_whoever_names_a_full_figure_is_run_by_the_soak() -> None:
    """Else the figure that a document tells would never have been reached."""
    here = {path: path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)}
    campaigns = [text for text in here.values() if re.search(r"\b(figure|pace|search)\([^)]*full=", text)]
    assert len(campaigns) > 8
    assert [path.name for path, text in here.items() if text in campaigns and "pytest.mark.campaign" not in text] == []


PARTS = [
    soak.Part("sqlite", "tests/soak/test_a.py::test_a[1]"),
    soak.Part("postgres", "tests/soak/test_a.py::test_a[1]"),
]


def test_a_part_that_has_passed_on_a_database_is_not_repeated_there(tmp_path: Path) -> None:
    assert soak.remaining(PARTS, tmp_path) == PARTS
    PARTS[0].record(tmp_path).touch()
    assert soak.remaining(PARTS, tmp_path) == PARTS[1:]


def test_campaigns_run_again_after_any_change_of_the_checkout(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        author = ["-c", "user.name=Ada", "-c", "user.email=ada@paper.example"]
        subprocess.run(["git", *author, *words], cwd=tmp_path, check=True, capture_output=True)

    def commit(text: str) -> str:
        (tmp_path / "file").write_text(text)
        git("add", ".")
        git("commit", "-m", text)
        return soak.state(tmp_path)

    git("init")
    states = [commit("first"), commit("second")]
    assert soak.state(tmp_path) == states[-1]
    (tmp_path / "file").write_text("changed")
    states.append(soak.state(tmp_path))
    (tmp_path / "new").touch()
    states.append(soak.state(tmp_path))
    assert len(set(states)) == len(states)
