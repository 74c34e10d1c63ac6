"""Which courses can be launched here?"""
