"""What should be looked at, and what speaks for and against it?"""
