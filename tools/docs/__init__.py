"""Writes the parts of the documentation that follow from the code, and tells when they no longer do."""
