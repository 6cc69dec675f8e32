"""Runs of a method on a network: how they are made, typed, and told apart."""
