"""What a network is and costs: spaces, operators, genotypes, exact costs, blocks. Plain data.

No TensorFlow and no Keras. May import `pareto`, `files` and `errors`.
"""
