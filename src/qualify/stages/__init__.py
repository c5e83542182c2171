"""The ladder from lead to customer, one step at a time: lead by lead, and for all at once."""
