"""Who is or will be out of date, and can it be proved?"""
