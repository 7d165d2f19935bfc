"""An online newspaper that one newsroom runs by itself, with a readers' column that is reviewed before it appears."""
