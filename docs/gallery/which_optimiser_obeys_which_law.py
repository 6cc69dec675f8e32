"""
Which optimiser obeys which law?
================================

Each optimiser is run from equivalent starts.  Does its class path depend on a common scale of all weights, on a scale
for each layer, for each neuron?  And if it does, is there a power of the scale by which the rate can make up for it?
"""

import numpy as np

from psitheory import GradientDescent, PSIGradientDescent, Verdict, check_optimizer
from psitheory.checking import Exhibit
from psitheory.optimizers import Adam, HeavyBall, PSIMomentum, SignDescent

METHODS = {
    "PSI-GD": PSIGradientDescent(0.1),
    "PSI momentum": PSIMomentum(0.1, 0.9),
    "GD": GradientDescent(0.1),
    "heavy ball": HeavyBall(0.1, 0.9),
    "Adam without eps": Adam(0.01, eps=0),
    "Adam": Adam(0.01),
    "sign descent": SignDescent(0.01),
}
LAWS = {
    "runs repeat": "runs_repeat",
    "all weights": "classes_do_not_depend_on_the_scale_of_all_weights",
    "each layer": "classes_do_not_depend_on_the_scale_of_each_layer",
    "each neuron": "classes_do_not_depend_on_the_scale_of_each_neuron",
    "rate has a power": "the_rate_has_a_scaling_exponent",
}
ORDER = (Verdict.HOLDS, Verdict.INCONCLUSIVE, Verdict.REFUTED)

reports = {name: check_optimizer(method) for name, method in METHODS.items()}
verdicts = {name: {finding.law: finding.verdict for finding in report.findings} for name, report in reports.items()}
table = np.array([[ORDER.index(found[law]) for law in LAWS.values()] for found in verdicts.values()])
powers = [f"{name} (p = {report.properties['exponent']:g})" for name, report in reports.items()]
figure = Exhibit(
    "map",
    "Optimisers and laws",
    "Is the class path the same from equivalent starts, scaled all together, layer by layer, neuron by neuron?  With "
    "the power p the rate a^p η makes up for the scale a of all weights.",
    {"x": np.arange(len(LAWS)), "y": np.arange(len(METHODS)), "z": table[::-1]},
    {"xticks": ",".join(LAWS), "yticks": ",".join(powers[::-1]), **{str(k): str(v) for k, v in enumerate(ORDER)}},
)

# %%
# Methods of the quotient need no scaling; gradient descent needs the square, and no scale may be changed by itself.

assert (reports["PSI-GD"].properties["exponent"], reports["GD"].properties["exponent"]) == (0, 2)
assert verdicts["PSI-GD"][LAWS["each neuron"]] is Verdict.HOLDS
assert verdicts["GD"][LAWS["all weights"]] is Verdict.REFUTED
