"""Front desk's and managers' pages, and the way in for everybody."""
