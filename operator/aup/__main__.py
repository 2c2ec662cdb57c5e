"""``python -m aup``."""

import sys

from aup.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
