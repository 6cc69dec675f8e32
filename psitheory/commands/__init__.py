"""The commands of the command line, one file each; :mod:`psitheory.cli` lists them."""
