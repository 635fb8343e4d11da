"""Command lines: flags made from settings, and the programs that they belong to.

May import everything. The only room that reads flags.
"""
