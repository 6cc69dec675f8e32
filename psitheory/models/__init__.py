"""Models: losses on flat weights whose layout says which blocks are scale-invariant."""

from psitheory.models.activations import Activation, activation
from psitheory.models.circle import Circle
from psitheory.models.convnet import BatchNormConvNet
from psitheory.models.cosine import Cosine
from psitheory.models.counter import Unnormalised, WithL2
from psitheory.models.datasets import dataset
from psitheory.models.derivatives import complex_step_hessian_vector
from psitheory.models.frozen import Frozen
from psitheory.models.interface import Evaluation, Model, Smoothness
from psitheory.models.linear import LinearRegression
from psitheory.models.mlp import BatchNormMLP
from psitheory.models.named import Named, named_model
from psitheory.models.neuron import Neuron
from psitheory.models.norms import NORMS, NormalisedLayer
from psitheory.models.perceptron import Perceptron
from psitheory.models.periodic import Fourier, Periodic, Wave
from psitheory.models.rank_one import RankOne
from psitheory.models.rapidity import Rapidity
from psitheory.models.rayleigh import Rayleigh
from psitheory.models.rotation import RotationField
from psitheory.models.zonal import Zonal

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
