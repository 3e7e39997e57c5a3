"""What the element maps and the HAADF image say of the phases, and where they fit none of them."""
