"""Files that people upload: checked, kept sealed, fetched by short links."""
