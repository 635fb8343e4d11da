"""What a search costs on this machine, measured side by side. `python -m bench --help`."""
