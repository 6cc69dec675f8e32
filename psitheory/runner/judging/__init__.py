"""How one case is run and judged, in each arithmetic by its own rule."""
