"""Networks put together from blocks by evolution: for error and cost, under hard limits."""
