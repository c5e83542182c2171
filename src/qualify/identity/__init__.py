"""Who is who: identifiers, the links between them, and the people and accounts that follow from both."""
