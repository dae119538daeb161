"""`python -m overtake` is the command `overtake`."""

import sys

from overtake.cli.main import main

sys.exit(main())
