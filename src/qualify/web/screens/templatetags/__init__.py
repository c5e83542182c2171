"""What templates say numbers, moments and leads with."""
