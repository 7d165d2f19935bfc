"""What agencies and photographers write into a picture: IPTC's photo metadata as XMP, as IIM and as EXIF (ADR 42)."""
