"""The processes of this machine, as Linux tells of them in /proc: no program has to be installed for it."""

from pathlib import Path

PROC = Path("/proc")
DEAD = frozenset({"Z", "X"})  # states of a process that has ended and waits for its parent to notice


def descendants(pid: int) -> set[int]:
    """Return the numbers of all processes beneath one."""
    parents = {one: parent for one, (_, parent) in _processes().items()}
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def living(pids: set[int]) -> set[int]:
    """Return those that still run; a process that waits to be reaped does not."""
    return {one for one, (state, _) in _processes().items() if state not in DEAD} & pids


def _processes() -> dict[int, tuple[str, int]]:
    """Return state and parent of every process; its name may hold spaces and brackets, so both stand after the last."""
    found = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            state, parent, *_ = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        found[int(folder.name)] = state, int(parent)
    return found
