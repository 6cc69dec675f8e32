"""Functions whose constants are known in closed form, and functions of which nothing is known but a jet."""
