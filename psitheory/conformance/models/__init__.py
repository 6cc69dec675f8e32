"""How the invariances of a model are found and confirmed: hypotheses, finite scales, the work of an eps, words."""
