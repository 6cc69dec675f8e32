"""What networks are made of: activations, normalisations, patches of images, losses, each with its derivatives."""
