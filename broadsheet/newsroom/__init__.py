"""The newsroom's pages: sections, articles, bylines, corrections and photographs, with archive, search and feeds."""
