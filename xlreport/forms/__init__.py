"""Forms that a bureau hands out: what they ask, where our figures belong in them, and filling in nothing else."""
