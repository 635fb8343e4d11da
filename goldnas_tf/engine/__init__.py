"""Work in many processes, on this machine or on a cluster. The engine is Dask's.

May import `runs` and what lies below it.
"""
