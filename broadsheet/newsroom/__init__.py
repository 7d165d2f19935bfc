"""What the newsroom writes: sections, articles, bylines, corrections, photographs, and how readers find them."""
