"""Front desk's pages."""
