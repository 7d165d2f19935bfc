"""The diagram of a comment's life, from the table of transitions; the rest of its page is written by hand."""

from collections import defaultdict

from broadsheet.discussion.states import TRANSITIONS, CommentState, Move

BEGIN, END = "<!-- diagram: made by `python -m tools.docs` -->", "<!-- end of the diagram -->"


def page(present: str) -> str:
    """The page with the diagram between its marks drawn anew."""
    before, _, rest = present.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n```mermaid\n{diagram()}\n```\n\n{END}{after}"


def diagram() -> str:
    """A Mermaid state diagram: one arrow for each pair of states, with all the moves between them."""
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
