"""Knowledge of a field, built from rules: networks, convolution, losses."""
