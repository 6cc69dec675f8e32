"""Whether a rate is what is claimed: records of runs, and bounds over them."""
