"""`python -m fundapp.cli …`, for whoever has no installed script at hand."""

from fundapp.cli.main import main

if __name__ == "__main__":
    main(prog_name="fundapp")
