"""The refusals of imports, each in a sentence for the operator."""

from broadsheet.core.errors import Refusal


class NotAnExport(Refusal):
    """The file is not a readable export, or cannot be read any further than `line`."""

    code = "not-an-export"
    http_status = 422

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message if line is None else f"Line {line}: {message}")
        self.line = line


class NoMedia(Refusal):
    """The media folder does not exist."""

    code = "no-media"
    http_status = 422


class ImportUnderWay(Refusal):
    """Another import is writing to this paper."""

    code = "import-under-way"
