"""④ Decisions: their outcomes, reasons and permissions, and the append-only record of them."""
