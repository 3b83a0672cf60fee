"""What authors run in a clone; none of it is in the wheel."""
