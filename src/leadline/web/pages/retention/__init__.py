"""Did learning last?"""
