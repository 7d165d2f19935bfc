"""Switches the lights on: options, settings, addresses, the WSGI door."""
