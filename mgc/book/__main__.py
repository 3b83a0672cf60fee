"""`python -m mgc.book`."""

import sys

from mgc.book import main

if __name__ == "__main__":
    sys.exit(main())
