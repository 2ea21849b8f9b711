"""What the book costs its readers and its authors, measured: ``python -m benchmarks``.

Ratios and medians of this machine at this moment; nothing here is a test.
"""
