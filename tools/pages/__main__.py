"""`python -m tools.pages`."""

import sys

from mgc.util.pools import end_with_parent
from tools.pages import main

if __name__ == "__main__":
    end_with_parent()
    sys.exit(main())
