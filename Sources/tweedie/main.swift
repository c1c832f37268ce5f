print("tweedie")
