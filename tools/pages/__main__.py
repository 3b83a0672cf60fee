"""`python -m tools.pages`."""

import sys

from tools.pages import main

if __name__ == "__main__":
    sys.exit(main())
