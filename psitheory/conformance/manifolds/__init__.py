"""Foreign manifolds: what they offer, what they are, and the laws that they must obey."""
