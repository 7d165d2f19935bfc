"""Members of staff: their accounts and roles."""
