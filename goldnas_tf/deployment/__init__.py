"""From a trained network to what a server or a phone runs: folded, converted, verified."""
