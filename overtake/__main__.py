"""`python -m overtake` is the command `overtake`."""

import sys

from overtake.cli import main

sys.exit(main())
