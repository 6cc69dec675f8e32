"""False neighbours of a law, given or made by the runner, each of which must be refuted."""
