"""What is decided for all inputs at once: on formal vectors in every dimension, on symbols in some; and for what."""
