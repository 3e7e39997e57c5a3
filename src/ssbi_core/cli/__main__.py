"""`python -m ssbi_core.cli`."""

import sys

from ssbi_core.cli import main

sys.exit(main())
