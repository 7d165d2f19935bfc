"""The diagram of a comment's states, from the table of transitions. The rest of its page is written by hand."""

from collections import defaultdict

from broadsheet.discussion.states import TRANSITIONS, CommentState, Move

BEGIN, END = "<!-- diagram: made by `python -m tools.docs` -->", "<!-- end of the diagram -->"


def page(present: str) -> str:
    """Return the page with a new diagram between its marks."""
    before, _, rest = present.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n```mermaid\n{diagram()}\n```\n\n{END}{after}"


def diagram() -> str:
    """Return a Mermaid state diagram, with an arrow for each pair of states that is labelled with the moves."""
    arrows: dict[tuple[CommentState, CommentState], list[Move]] = defaultdict(list)
    for state, moves in TRANSITIONS.items():
        for move, following in moves.items():
            arrows[state, following].append(move)
    names = [f"    {state.value}: {state.label}" for state in TRANSITIONS]
    edited = f"    {CommentState.PUBLISHED.value} --> {CommentState.PUBLISHED.value}: edit approved, declined or held"
    drawn = [
        f"    {one.value} --> {other.value}: {', '.join(str(m.label) for m in moves)}"
        for (one, other), moves in arrows.items()
    ]
    first = f"    [*] --> {CommentState.UNVERIFIED.value}: written"
    ends = [f"    {state.value} --> [*]" for state, moves in TRANSITIONS.items() if not moves]
    return "\n".join(["stateDiagram-v2", *names, first, *drawn, edited, *ends])
