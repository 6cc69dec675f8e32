"""What is asked of a method: its exponent, where its laws end, and what becomes of them late and elsewhere."""
