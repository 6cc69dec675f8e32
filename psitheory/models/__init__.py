"""Models: losses on flat weights whose layout says which blocks are scale-invariant."""

from psitheory.models.counter import Unnormalised, WithL2
from psitheory.models.datasets import dataset
from psitheory.models.derivatives import complex_step_hessian_vector
from psitheory.models.frozen import Frozen
from psitheory.models.functions.circle import Circle
from psitheory.models.functions.cosine import Cosine
from psitheory.models.functions.linear import LinearRegression
from psitheory.models.functions.periodic import Fourier, Periodic, Wave
from psitheory.models.functions.rank_one import RankOne
from psitheory.models.functions.rapidity import Rapidity
from psitheory.models.functions.rayleigh import Rayleigh
from psitheory.models.functions.rotation import RotationField
from psitheory.models.functions.zonal import Zonal
from psitheory.models.interface import Evaluation, Model, Smoothness
from psitheory.models.layers.activations import Activation, activation
from psitheory.models.named import Named, named_model
from psitheory.models.networks.convnet import BatchNormConvNet
from psitheory.models.networks.mlp import BatchNormMLP
from psitheory.models.networks.neuron import Neuron
from psitheory.models.networks.norms import NORMS, NormalisedLayer
from psitheory.models.networks.perceptron import Perceptron

__all__ = [
    "NORMS",
    "Activation",
    "BatchNormConvNet",
    "BatchNormMLP",
    "Circle",
    "Cosine",
    "Evaluation",
    "Fourier",
    "Frozen",
    "LinearRegression",
    "Model",
    "Named",
    "Neuron",
    "NormalisedLayer",
    "Perceptron",
    "Periodic",
    "RankOne",
    "Rapidity",
    "Rayleigh",
    "RotationField",
    "Smoothness",
    "Unnormalised",
    "Wave",
    "WithL2",
    "Zonal",
    "activation",
    "complex_step_hessian_vector",
    "dataset",
    "named_model",
]
