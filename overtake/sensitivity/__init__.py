"""What the answer depends on: parameters moved one at a time and together."""
