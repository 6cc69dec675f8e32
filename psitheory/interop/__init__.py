"""Adapters to other libraries; each module is imported on demand, and needs its library."""
