"""A snapshot includes exactly the transactions that had committed when it was taken."""

import pytest

from broadsheet.bakery.snapshot import Snapshot


@pytest.mark.parametrize("text", ["", "1", "1:2", "1:2:3:4", "a:b:c"])
def test_text_that_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Snapshot.parse(text)


def test_a_snapshot_includes_committed_transactions_and_no_others() -> None:
    snapshot = Snapshot.parse("10:20:12,15")
    included = [transaction for transaction in range(8, 22) if snapshot.includes(transaction)]
    assert included == [8, 9, 10, 11, 13, 14, 16, 17, 18, 19]
    assert [Snapshot.after(7).includes(transaction) for transaction in (6, 7, 8)] == [True, True, False]


def test_a_snapshot_includes_the_transaction_in_which_it_was_taken() -> None:
    assert Snapshot.parse("10:20:12,15", own=15).includes(15)


@pytest.mark.parametrize("text", ["10:20:12,15", "8:8:"])
def test_a_snapshot_is_printed_as_it_was_parsed(text: str) -> None:
    assert str(Snapshot.parse(text)) == text
