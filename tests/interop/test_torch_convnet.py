"""The convolutional network against PyTorch's convolution, batch norm and autograd."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from psitheory.models.datasets import dataset  # noqa: E402
from psitheory.models.networks.convnet import BatchNormConvNet  # noqa: E402


def in_torch(model, w, batch):
    """Return loss and gradient by PyTorch, with batch norm in training mode and an eps that nothing sees."""
    parts = {p.name: torch.tensor(model.layout.view(p.name, w), requires_grad=True) for p in model.layout.parts}
    x = torch.tensor(model.images[batch])
    for i, c in enumerate(model.channels, 1):
        filters = parts[f"K{i}"].reshape(c, x.shape[1], model.kernel, model.kernel)
        x = torch.nn.functional.conv2d(x, filters)
        x = torch.nn.functional.batch_norm(x, None, None, training=True, eps=1e-30)
        x = torch.tanh(x) if model.activation == "tanh" else torch.relu(x)
    outputs = x.mean((2, 3)) @ parts["V"].T + parts["c"]
    loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(model.labels[batch]))
    loss.backward()
    return loss.item(), model.layout.pack(**{name: p.grad.numpy() for name, p in parts.items()})


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("channels", [(3,), (4, 6), (2, 3, 4)])
def test_it_is_the_network_of_pytorch_on_digits(activation, channels):
    rng = np.random.default_rng(0)
    inputs, labels = dataset("digits", rows=30, rng=rng)
    images = inputs.reshape(-1, 1, 8, 8)
    model = BatchNormConvNet(images, labels, channels=channels, activation=activation)
    w, batch = model.initial(rng), rng.choice(30, 12, replace=False)
    seen = model.evaluate(w, batch)
    loss, gradient = in_torch(model, w, batch)
    assert seen.loss == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(seen.gradient, gradient, rtol=1e-9, atol=1e-12)
