"""What a person sees of a run: terminal lines and tables, pictures, TensorBoard.

Nothing here decides anything; it reports on plain data (points, genotypes, numbers).
"""
