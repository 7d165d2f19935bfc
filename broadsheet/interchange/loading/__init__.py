"""Takes the neutral records of an export into the paper, through the rooms that own the tables; knows no source."""
