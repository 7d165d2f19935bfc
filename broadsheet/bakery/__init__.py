"""Keeps baked pages on one machine's disk: files, index, locks and responses; knows neither Django nor another room."""
