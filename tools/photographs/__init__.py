"""Draws the photographs of the demo newspaper: no foreign material, the same pictures every time."""
