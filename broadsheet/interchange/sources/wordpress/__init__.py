"""Reads a WordPress export (WXR 1.0 to 1.2) and yields its contents as neutral records; needs no Django."""
