"""Any audio file becomes mono samples, or windows of them."""
