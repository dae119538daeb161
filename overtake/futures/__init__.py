"""Joint futures of military expenditure: growth models, their pooling, measurement error; returns draws."""
