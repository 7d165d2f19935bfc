"""An operator sees how far an import is: a bar on a terminal, a few lines in a log."""

from io import StringIO

from broadsheet.interchange.loading.progress import ProgressBar


class Terminal(StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def output_to(stream: StringIO) -> str:
    """Return the output for a thousand steps."""
    progress = ProgressBar(stream)
    for step in range(1001):
        progress.update("Importing", step, 1000, f"({step} articles)")
    progress.close()
    return stream.getvalue()


def test_a_log_gets_a_line_for_each_quarter() -> None:
    assert output_to(StringIO()).splitlines() == [
        "Importing 0 % (0 articles)",
        "Importing 25 % (250 articles)",
        "Importing 50 % (500 articles)",
        "Importing 75 % (750 articles)",
        "Importing 100 % (1000 articles)",
    ]


def test_a_terminal_gets_one_bar_that_grows_and_is_removed() -> None:
    output = output_to(Terminal())
    assert "\n" not in output
    assert "\r\x1b[KImporting [###############               ]  50 % (500 articles)" in output
    assert output.endswith("\r\x1b[K")
    assert output.count("\r") == 102


def test_an_empty_stage_is_complete_and_a_bar_that_was_never_shown_is_not_removed() -> None:
    stream = StringIO()
    ProgressBar(stream).update("Indexing", 0, 0)
    assert stream.getvalue() == "Indexing 100 %\n"
    terminal = Terminal()
    ProgressBar(terminal).close()
    assert terminal.getvalue() == ""
