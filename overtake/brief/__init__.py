"""The brief: figures, sentences and tables whose every number leads back to the cell it came from."""
