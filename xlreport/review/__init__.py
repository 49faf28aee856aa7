"""A written narrative checked alone: what its usual sentences say becomes a record, and the rules judge that."""
