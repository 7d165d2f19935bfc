"""The figures of the README, each with the command that makes it."""
