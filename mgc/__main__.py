"""`python -m mgc` is the command `mgc`."""

from mgc.cli.main import main

if __name__ == "__main__":  # a process of a pool imports this file, too
    main(prog_name="mgc")
