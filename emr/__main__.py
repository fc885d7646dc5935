"""`python -m emr`, where the command `emr` is not on the path."""

from emr.cli import main

if __name__ == "__main__":
    main(prog_name="emr")
