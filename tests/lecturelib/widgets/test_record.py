"""Records of trainings: what Python packs is what Python and JavaScript read."""

import base64

import numpy as np
import pytest

from lecturelib.ffnn import FFNN
from lecturelib.widgets import DecisionBoundary
from lecturelib.widgets.record import (
    Record,
    fill,
    flat,
    pack,
    pack_typed,
    rounded,
    unpack,
    unpack_typed,
)

RNG = np.random.default_rng(3)
ARRAYS = {
    "run": RNG.normal(0, 5, (3, 22)),
    "labels": np.arange(4),
    "cube": RNG.normal(size=(2, 3, 4)),
}


def test_python_reads_the_rounded_arrays():
    found = unpack(pack(ARRAYS, 1024), "Figure.trained()")
    assert list(found) == list(ARRAYS)
    for name, values in ARRAYS.items():
        np.testing.assert_array_equal(found[name], rounded(values, 1024))
        assert np.abs(found[name] - values).max() <= 1 / 2048


def test_javascript_reads_the_same(javascript):
    body = """({adversarial: { unpack }}, record) => JSON.parse(JSON.stringify(unpack(record),
      (_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value))"""
    found = javascript(body, pack(ARRAYS, 1024))
    for name, values in unpack(pack(ARRAYS, 1024), "").items():
        np.testing.assert_array_equal(found[name], values)
    assert javascript("({adversarial: { unpack }}) => unpack({})") is None


def test_arrays_travel_in_the_types_of_their_file(javascript):
    halves = np.array([0, -0.0, 1, -1.5, 65504, 2**-14, 6e-8, -3e-6, 0.1, 1 / 3], np.float16)
    arrays = {"a": np.arange(-128, 127, dtype=np.int8).reshape(5, 51), "b": halves}
    arrays |= {"c": np.array([[-32768, 32767, 5]], np.int16), "d": RNG.normal(size=(2, 3, 4))}
    arrays["d"] = arrays["d"].astype(np.float16)
    record = pack_typed(arrays)
    body = """({gpt: { unpackTyped }}, record) => Object.entries(unpackTyped(record))
      .map(([name, { shape, data }]) => [name, shape, Array.from(data)])"""
    there = {name: np.reshape(data, shape) for name, shape, data in javascript(body, record)}
    here = unpack_typed(record)
    assert list(here) == list(there) == list(arrays)
    for name, values in arrays.items():
        assert here[name].dtype == values.dtype
        np.testing.assert_array_equal(here[name], values)
        np.testing.assert_array_equal(there[name], values.astype(float))
    assert unpack_typed({}) == javascript("({gpt: { unpackTyped }}) => unpackTyped({})") == {}


def test_numbers_are_int16_in_the_unit_and_are_cut_off_at_its_ends():
    record = pack({"x": [1.5, -2, 99, -99, 15.9999]}, 2048)
    assert record["shapes"] == {"x": [5]}
    numbers = np.frombuffer(base64.b64decode(record["data"]), "<i2")
    assert numbers.tolist() == [3072, -4096, 32767, -32768, 32767]


@pytest.mark.parametrize("sizes", [[2, 5, 3], [4, 3, 2, 6]])
def test_a_network_is_filled_in_both_languages(javascript, sizes):
    model = FFNN(sizes, "tanh", rng=np.random.default_rng(1))
    numbers = rounded(flat(model), 1024)
    again = fill(FFNN(sizes, "tanh", rng=np.random.default_rng(2)), numbers)
    np.testing.assert_array_equal(flat(again), numbers)
    x = np.random.default_rng(4).normal(size=sizes[0])
    body = """({adversarial: a}, [numbers, sizes, x]) => {
      const layers = a.fill(Float64Array.from(numbers), sizes);
      return layers.reduce((h, one, i) => {
        const z = a.affine(one, h);
        return i < layers.length - 1 ? z.map(Math.tanh) : z;
      }, x);
    }"""
    found = javascript(body, [numbers.tolist(), sizes, x.tolist()])
    np.testing.assert_allclose(found, again.predict(x[None])[0], rtol=0, atol=1e-12)


def test_softmax_does_not_overflow(javascript):
    body = "({adversarial: a}, z) => { const { o, log } = a.softmax(z); return [...o, log]; }"
    np.testing.assert_allclose(javascript(body, [1000, 0, -1000]), [1, 0, 0, 1000], atol=1e-12)


def test_an_empty_figure_says_what_makes_one():
    assert DecisionBoundary.class_traits()["_record"].__class__ is Record
    with pytest.raises(
        ValueError, match=r"^Figure: expected a figure with a record.*Figure\.trained"
    ):
        unpack({}, "Figure.trained(rng=…)")
