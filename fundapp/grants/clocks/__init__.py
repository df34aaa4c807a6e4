"""When a request must be answered, and what happens when it is not."""
