"""What goes wrong: processes that are killed, disks that are full, clocks that are set back, poison."""
