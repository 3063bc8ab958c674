enum TokenSigningPlaceholder {}
