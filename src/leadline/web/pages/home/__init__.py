"""What needs me now, and why?"""
