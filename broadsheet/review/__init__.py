"""④ A reviewer reads a pending comment and decides, with a reason and a record."""
