"""The pages: each screen a folder of its own, which no other screen imports; what they share lies here."""
