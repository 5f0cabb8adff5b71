"""Recordings with damaged files: what each costs, and what it leaves alone."""
