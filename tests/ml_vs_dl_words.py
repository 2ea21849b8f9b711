"""What Python says about a state of the figure of the two flows."""

from functools import cache

import numpy as np

from lecturelib import activations
from lecturelib.features import features
from lecturelib.widgets import MlVsDlFlow


@cache
def trained():
    return MlVsDlFlow.trained(rng=np.random.default_rng(0))


def recorded(**state):
    """A figure of recorded models that shows the state; the training itself runs once."""
    return MlVsDlFlow(_record=trained()._record, **state)


def picture(state):
    """The 8 × 8 pixels that a state shows."""
    pixels = trained().pictures()[0][state["example"]].reshape(64).copy()
    for i in state["toggled"]:
        pixels[i] = 0 if pixels[i] > 0.5 else 1
    return pixels.reshape(8, 8)


def both_flows(image):
    """Features, scaled, answers of the linear model; hidden layers and answers of the network."""
    mean, deviation, linear = trained().linear()
    p = trained().network().parameters
    found = features(image[None])[0]
    scaled = (found - mean) / deviation
    h1 = np.maximum(0, p["layers.0.W"] @ image.ravel() + p["layers.0.b"])
    h2 = np.maximum(0, p["layers.2.W"] @ h1 + p["layers.2.b"])
    ml = activations.softmax(linear.predict(scaled[None]))[0]
    dl = activations.softmax(trained().network().predict(image.reshape(1, 64)))[0]
    return {"features": found, "scaled": scaled, "ml": ml, "h1": h1, "h2": h2, "dl": dl}


def words(state, printed):
    now, count = both_flows(picture(state)), len(state["toggled"])
    digit, stage = trained().pictures()[1][state["example"]], state["stage"]
    changed = f", {count} pixel{'s' * (count > 1)} changed" if count else ""

    def verdict(o):
        right = "" if count else ", right" if o.argmax() == digit else ", wrong"
        return f"{o.argmax()} ({printed(o.max())}){right}"

    said = [
        f"Both flows get the same 64 pixels; their mean is {printed(now['features'][0])}.",
        "20 features by rules that a person wrote; 24 hidden units by learned weights, "
        f"{(now['h1'] > 0).sum()} of them above 0.",
        f"The features are scaled; 16 more hidden units, {(now['h2'] > 0).sum()} of them above 0.",
        f"The features say {verdict(now['ml'])}; the network says {verdict(now['dl'])}.",
    ]
    start = f"Example {state['example'] + 1}, labelled {digit}{changed}."
    return f"{start} Stage {stage} of 3: {said[stage]}"
