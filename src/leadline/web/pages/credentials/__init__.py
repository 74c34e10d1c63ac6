"""Which programs may send and read records?"""
