"""A synthetic EMR: thirteen tables in the shape of the extract contract."""
