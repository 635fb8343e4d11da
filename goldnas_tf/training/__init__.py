"""One-level training: the step, devices, settling."""
