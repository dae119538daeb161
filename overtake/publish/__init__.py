"""What leaves the house: pages, PDF, exchange formats, what changed, where a number comes from."""
