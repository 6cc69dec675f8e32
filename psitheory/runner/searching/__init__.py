"""Where cases come from: drawn by Hypothesis, drawn again and moved, climbed to, made on purpose, all tried."""
