"""Questions on their way out: spreadsheets, other programs' formats, our own files, paper."""
