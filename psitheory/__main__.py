"""``python -m psitheory`` is the command ``psitheory``, where the script is not on the path."""

from psitheory.cli import main

if __name__ == "__main__":  # workers are started afresh and import this file under another name
    main()
