"""How well the conductivity of a microstructure is predicted, and by what else it could have been."""
