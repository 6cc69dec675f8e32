"""Reports as people read them: tables and blocks of text."""
