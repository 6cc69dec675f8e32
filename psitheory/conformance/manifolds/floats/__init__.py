"""How far a law is kept on foreign floats: a noise that is measured, derivatives of curves, great circles in balls."""
