"""An operator sees how far an import is: a bar on a terminal, a few lines in a log."""

from io import StringIO

from broadsheet.interchange.loading.progress import ProgressBar


class Terminal(StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


def told_to(stream: StringIO) -> str:
    """What is written when a thousand steps are told."""
    progress = ProgressBar(stream)
    for step in range(1001):
        progress.update("Importing", step, 1000, f"({step} articles)")
    progress.close()
    return stream.getvalue()


def test_a_log_gets_a_line_for_each_quarter() -> None:
    assert told_to(StringIO()).splitlines() == [
        "Importing 0 % (0 articles)",
        "Importing 25 % (250 articles)",
        "Importing 50 % (500 articles)",
        "Importing 75 % (750 articles)",
        "Importing 100 % (1000 articles)",
    ]


def test_a_terminal_gets_one_bar_that_grows_and_is_taken_away() -> None:
    told = told_to(Terminal())
    assert "\n" not in told
    assert "\r\x1b[KImporting [###############               ]  50 % (500 articles)" in told
    assert told.endswith("\r\x1b[K")
    assert told.count("\r") == 102


def test_nothing_to_do_is_done_and_a_bar_that_never_stood_is_not_taken_away() -> None:
    stream = StringIO()
    ProgressBar(stream).update("Indexing", 0, 0)
    assert stream.getvalue() == "Indexing 100 %\n"
    terminal = Terminal()
    ProgressBar(terminal).close()
    assert terminal.getvalue() == ""
