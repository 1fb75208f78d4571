"""Who read or changed whose record, and the guards every page wears."""
