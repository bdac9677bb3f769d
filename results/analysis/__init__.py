"""The analysis engine: a closed wave as packed bits, and every figure made from it. Pure NumPy and SciPy."""
