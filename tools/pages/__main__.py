"""`python -m tools.pages`."""

from mgc.util.pools import end_with_parent
from tools.pages.command import main

if __name__ == "__main__":
    end_with_parent()
    main(prog_name="python -m tools.pages")
