"""The interpreter of PyTorch programs; loaded on demand."""
