"""From files on disk to rows in a catalog: reading knows files, analysis knows arrays, writing knows rows."""
