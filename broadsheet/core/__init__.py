"""What every room needs and no room owns: refusals, encrypted fields, secrets, the schedule."""
