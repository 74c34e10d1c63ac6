"""Which programmes reach their goal?"""
