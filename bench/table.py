"""The figures of every part's last run in one table, as Markdown for people and as JSON for programs."""

import json
from pathlib import Path
from typing import Any

from bench.rows import HEADINGS, Row


def write(folder: Path) -> None:
    """Writes table.md and table.json from the parts' own files in the folder."""
    parts = [json.loads(file.read_text()) for file in sorted(folder.glob("*.json")) if file.name != "table.json"]
    parts = [part for part in parts if "name" in part]  # not what an older bench has left
    (folder / "table.json").write_text(json.dumps({"parts": parts}, indent=2) + "\n")
    (folder / "table.md").write_text("\n".join(map(of_part, parts)))


def of_part(part: dict[str, Any]) -> str:
    """One part as Markdown: what was measured, where and when, and the command that does it again."""
    told = f"{part['machine']}, {part['at'][:10]}, in {part['seconds']} s; `make bench ONLY={part['name']}`"
    rows = [Row(**{name: value for name, value in row.items() if name != "holds"}).cells for row in part["rows"]]
    lines = [HEADINGS, ["---"] * len(HEADINGS), *rows]
    return f"### {part['name']}\n\n{told}\n\n" + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
