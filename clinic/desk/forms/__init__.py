"""What the desk's forms ask; what is right is decided by the actions they call."""
