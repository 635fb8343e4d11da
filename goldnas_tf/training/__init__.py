"""One-level training: the step and the devices it runs on."""
