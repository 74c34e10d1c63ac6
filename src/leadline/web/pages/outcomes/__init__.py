"""Did training change results that matter?"""
