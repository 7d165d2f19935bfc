"""Reads a WordPress export (WXR) and turns its bodies into the paper's blocks; knows no database."""
