"""Who people are to the paper: staff with their roles, commenters with a proven address and a standing."""
