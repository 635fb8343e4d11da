"""How TensorFlow and Keras run in a process: devices, threads, backend, precision, their chatter.

May import `settings` and what lies below it.
"""
