"""How a number, a sentence, a table and a drawing are shown in a notebook, each number with the cell it came from."""

from overtake.show.notebook import Picture, Table, credit, frame, picture, table
from overtake.show.say import Said, Source, say

__all__ = ["Picture", "Said", "Source", "Table", "credit", "frame", "picture", "say", "table"]
