"""When does China's military expenditure overtake the region's? Figures in, a brief out."""

__version__ = "0.1.0"
