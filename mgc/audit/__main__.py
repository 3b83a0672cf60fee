"""`python -m mgc.audit` is the command `mgc audit`."""

import sys

from mgc.cli import main

if __name__ == "__main__":
    main(["audit", *sys.argv[1:]], prog_name="mgc")
