"""The ground that all rooms share: refusals, encrypted fields, secrets, the schedule, SQLite. It imports no room."""
