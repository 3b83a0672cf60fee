"""`python -m tools.pages`."""

from tools.pages.command import main

if __name__ == "__main__":
    main(prog_name="python -m tools.pages")
