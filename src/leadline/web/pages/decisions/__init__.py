"""What was decided and changed, on which evidence?"""
