"""One file for each front door: how a client's request becomes calls, and what the client is answered."""
