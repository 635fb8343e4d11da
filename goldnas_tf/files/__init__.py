"""Files and paths: written whole or not at all, whatever ends the process.

Plain Python. May import `errors` alone.
"""
