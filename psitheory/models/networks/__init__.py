"""Neurons and networks, with batch norm and without, and their backward passes."""
