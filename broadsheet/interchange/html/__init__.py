"""Turns the HTML that a source system stores into blocks and plain text; needs neither Django nor a source."""
