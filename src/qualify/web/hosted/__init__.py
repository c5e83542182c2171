"""What Qualify shows the world itself: its script for other people's pages, and forms with a page of their own."""
