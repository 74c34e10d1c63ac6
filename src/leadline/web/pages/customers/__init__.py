"""What did training change for whole customers or teams?"""
