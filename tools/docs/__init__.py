"""The parts of the documentation that are generated from the code, and the check that they are up to date."""
