"""What the doors of the paper refuse, each in a sentence for the person who brought the file."""

from broadsheet.core.errors import Refusal


class NotAnExport(Refusal):
    """The file is no export that can be read, or stops being one at `line`."""

    code = "not-an-export"
    http_status = 422

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message if line is None else f"Line {line}: {message}")
        self.line = line


class NoMedia(Refusal):
    """The folder of pictures is not there."""

    code = "no-media"
    http_status = 422


class ImportUnderWay(Refusal):
    """Another import is writing to this paper."""

    code = "import-under-way"
