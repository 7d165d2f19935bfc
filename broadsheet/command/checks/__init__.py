"""The checks behind `broadsheet doctor`, some of which `serve`, `worker` and `bake` also run before they start."""
