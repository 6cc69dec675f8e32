"""What breaks a law by little: constants at their lines, an eps, and what slopes say where there are no types."""
