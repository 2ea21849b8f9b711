"""The base of all layers and networks: arrays as attributes, layers within layers, files.

A layer says what it has; names, gradients, counts, modes, copies and files follow from that::

    class Scale(Layer):  # h = w x, with one w for each column
        w = Parameter()
        arguments = ("n",)

        def __init__(self, n, *, dtype=np.float64):
            self.n = n
            self.w = np.ones(n, dtype)

        def forward(self, x):
            return self._keep(x, x * self.w)

        def backward(self, dh):
            dh, x = self._recall(dh)
            self.dw += (dh * x).sum(axis=0)
            return dh * self.w
"""

from __future__ import annotations

import copy
import inspect
from types import SimpleNamespace
from typing import ClassVar

import numpy as np

from lecturelib._validate import finite_array, floating
from lecturelib.exchange import npz

__all__ = ["Buffer", "Layer", "Parameter"]

# Those that may have changed which layers and arrays there are, in any layer: what a layer has
# collected is right until the next. To collect anew at every step costs a small network 6 % of it.
_assignments = SimpleNamespace(count=0)


class _Array:
    """An array that a layer's class declares; the array itself stands in the layer's __dict__."""

    def __set_name__(self, owner, name: str) -> None:
        self.name = name

    def __get__(self, layer, owner=None):
        # Asked only where the layer's __dict__ has nothing of that name: reading an array costs no
        # call.
        return self if layer is None else None

    def _assign(self, layer, value) -> None:
        """The first time make the array, or None for a layer without it; then copy into it."""
        held = vars(layer)
        if self.name in held:
            _copy_into(held[self.name], value, self.name, layer._title())
        else:
            held[self.name] = None if value is None else _own(value, self.name)
            _assignments.count += 1


class Buffer(_Array):
    """``mean = Buffer()`` in a layer's class: an array that is kept and saved, but not learned.

    The first assignment, in the constructor, makes a float32 or float64 array of its own, or with
    None a layer without one. From then on assigning copies into that array, so that all who hold it
    see. ValueError for another shape, NaN, infinity, and where there is no array.
    """


class Parameter(_Array):
    """``W = Parameter()`` in a layer's class: the attributes W, learned, and dW, its gradient.

    Assigning is as with ``Buffer``: the first makes W, and dW = 0 with its shape and type, every
    later one copies into the array that the optimiser and ``parameters`` hold.
    """

    def __set_name__(self, owner, name: str) -> None:
        super().__set_name__(owner, name)
        gradient = _Array()
        gradient.__set_name__(owner, f"d{name}")
        setattr(owner, gradient.name, gradient)

    def _assign(self, layer, value) -> None:
        """As above; with the array comes its gradient."""
        super()._assign(layer, value)
        array = vars(layer)[self.name]
        vars(layer).setdefault(f"d{self.name}", None if array is None else np.zeros_like(array))


def _own(value, name):
    array = finite_array(value, name)
    return np.array(array, dtype=floating(array.dtype), order="C")


class _Arrays(dict):
    """Arrays by name, the arrays themselves: what is assigned under a name is copied into them."""

    def __setitem__(self, name, value):
        array = self.get(name)
        if array is None or value is not array:
            _copy_into(array, value, name, f"this layer, which has {list(self)}")

    def __reduce__(self):
        return dict, (dict(self),)  # a copy belongs to no layer


def _copy_into(array, value, name, owner):
    """array ← value, so that all who hold the array see, or ValueError."""
    value = finite_array(value, name)
    if array is None:
        raise ValueError(
            f"{name}: expected nothing, there is no such array in {owner}, got shape {value.shape};"
            " build the layer with it"
        )
    if value.shape != array.shape:
        raise ValueError(
            f"{name}: expected shape {array.shape} in {owner}, got shape {value.shape}; "
            "weights are (out, in), one row a unit, and a bias has one entry a unit"
        )
    array[...] = value


class Layer:
    """A step h = f(x) of a network, or a network: the base of all layers, itself without arrays.

    Arrays are ``Parameter`` and ``Buffer`` attributes of the class. A layer that is assigned to an
    attribute, or a list or tuple of layers, is a child: its arrays belong to the whole, under names
    like ``blocks.0.attention.W``. Names that begin with _ are left out. ``arguments`` names the
    arguments of the constructor that ``save`` keeps: attributes that are numbers, strings or lists
    of them; ``rng`` and ``dtype`` need no name.
    """

    arguments: ClassVar[tuple[str, ...]] = ()
    training = True  # Is it learning? Some layers, such as dropout, do something else then.
    _kept = _collected = None

    def __setattr__(self, name, value):
        if value is not None and value is self.__dict__.get(name):
            return  # layer.W += … has changed the array already
        declared = getattr(type(self), name, None)
        if isinstance(declared, _Array):
            declared._assign(self, value)
        else:
            object.__setattr__(self, name, value)
            if name[0] != "_":
                _assignments.count += 1

    def __delattr__(self, name):
        object.__delattr__(self, name)
        _assignments.count += 1

    def __getstate__(self):
        # A copy has children of its own.
        return {**vars(self), "_collected": None}

    # Forward and back

    def forward(self, x):
        """f(x);  x (N, D) -> (N, H)."""
        raise NotImplementedError

    def backward(self, dh):
        """∂L/∂x = (∂h/∂x)ᵀ dh, and every gradient is added up;  dh (N, H) -> (N, D)."""
        raise NotImplementedError

    def predict(self, *args, **options):
        """What ``forward`` returns for these arguments in ``eval`` mode, with nothing kept.

        A backward that is still to come keeps the values of its own forward pass.
        """
        return self._sharing_copy().forward(*args, **options)

    def _sharing_copy(self):
        """A copy in ``eval`` mode whose arrays are the same ones, all the way down."""
        twin = copy.copy(self)
        state = vars(twin)
        state["training"] = False
        for name, value in _children(self):
            same = [child._sharing_copy() for child in value]
            state[name] = same[0] if isinstance(state[name], Layer) else tuple(same)
        return twin

    def _keep(self, values, h):
        """Remember ``values`` for backward, and what its argument must look like; returns h."""
        # Past __setattr__, which looks for children: this runs at every pass of every layer.
        self.__dict__["_kept"] = values, h.shape, h.dtype
        return h

    def _recall(self, dh):
        """The checked dh and the values that forward kept."""
        if self._kept is None:
            raise ValueError(
                f"{type(self).__name__}.backward: expected a forward pass before it, got none; "
                "call forward(x) first, backward needs the values of that pass"
            )
        values, shape, dtype = self._kept
        dh = np.asarray(dh, dtype=dtype)
        if dh.shape != shape:
            raise ValueError(
                f"{type(self).__name__}.backward: expected dh of shape {shape}, the shape of "
                f"the last output, got {dh.shape}; pass ∂L/∂h of that very forward pass"
            )
        return dh, values

    # The arrays

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """What is learned, by name: the arrays themselves, in the order in which they were made.

        Assigning under a name copies into the array.
        """
        return _Arrays(self._collect()[0])

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """The gradient of every parameter under the parameter's name, the arrays themselves."""
        return _Arrays(self._collect()[1])

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """What is kept but not learned, by name: the arrays themselves."""
        return _Arrays(self._collect()[2])

    def _collect(self):
        """Parameters, gradients and buffers by name, of this layer and of all below."""
        if self._collected is None or self._collected[-1] != _assignments.count:
            parameters, gradients, buffers = {}, {}, {}
            for layer, prefix in _tree(self).items():
                for name, array in _declared(layer, Parameter):
                    parameters[prefix + name] = array
                    gradients[prefix + name] = getattr(layer, f"d{name}")
                buffers |= {prefix + name: array for name, array in _declared(layer, Buffer)}
            collected = parameters, gradients, buffers, _assignments.count
            self.__dict__["_collected"] = collected
        return self._collected

    @property
    def count(self) -> int:
        """How many numbers are learned."""
        return sum(p.size for p in self.parameters.values())

    def zero_grad(self) -> None:
        """Set every gradient to 0, in place."""
        for gradient in self._collect()[1].values():
            gradient.fill(0)

    def train(self, training: bool = True):
        """Set ``training`` here and in all layers below; returns this layer."""
        for layer in _tree(self):
            layer.training = training
        return self

    def eval(self):
        """The opposite of ``train``: from now on nothing is random and nothing adapts."""
        return self.train(False)

    # Out and in

    def save(self, path) -> None:
        """Write the constructor's arguments and all arrays to ``path``, in NumPy's .npz format."""
        kept = {name: getattr(self, name) for name in self.arguments}
        npz.write(path, {**kept, **self.parameters, **self.buffers})

    @classmethod
    def load(cls, path):
        """The layer that ``save`` wrote to ``path``, in the type that it had.

        ValueError, naming what is wrong, for a file that is cut off, damaged, or holds other names,
        shapes or values than such a layer.
        """
        arrays = npz.read(path)
        if missing := [name for name in cls.arguments if name not in arrays]:
            raise ValueError(
                f"{path}: expected {', '.join(cls.arguments)} and the arrays of {cls.__name__}, "
                f"got {list(arrays)} without {missing}; pass a file that {cls.__name__}.save wrote"
            )
        return cls._of({name: arrays.pop(name).tolist() for name in cls.arguments}, arrays, path)

    @classmethod
    def _of(cls, arguments, arrays, source):
        """A layer with copies of ``arrays``, in the type of the first of them."""
        dtype = next(iter(arrays.values()), np.empty(0)).dtype
        try:
            layer = cls._made(arguments, dtype)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{source}: {error}") from error
        npz.fill({**layer.parameters, **layer.buffers}, arrays, source)
        return layer

    @classmethod
    def _made(cls, arguments, dtype):
        """A layer of these arguments whose arrays are still to be filled."""
        # What rng draws is overwritten at once.
        options = {"rng": np.random.default_rng(0), "dtype": dtype}
        taken = inspect.signature(cls).parameters
        return cls(**arguments, **{k: v for k, v in options.items() if k in taken})

    def to_torch(self):
        """The same as a ``torch.nn.Module``, with copies of the arrays, in their type.

        ValueError for a layer that PyTorch does not have.
        """
        raise ValueError(
            f"to_torch: expected a layer that PyTorch has, got {self._title()}; choose another or "
            "write it as an nn.Module"
        )

    def __repr__(self) -> str:
        return "\n".join([self._title(), *_table(self)])

    def _title(self):
        """``Linear(3, 4, bias=False)``: keyword-only arguments only where they differ."""
        shown = []
        for name, p in inspect.signature(type(self)).parameters.items():
            value = getattr(self, name) if name in self.arguments else p.default
            if name in self.arguments and (p.kind != p.KEYWORD_ONLY or value != p.default):
                text = f"{value:g}" if isinstance(value, float) else repr(value)
                shown.append(text if p.default is p.empty else f"{name}={text}")
        return f"{type(self).__name__}({', '.join(shown)})"


def _declared(layer, kind):
    """[(name, array), …] of the arrays of a kind that a layer itself has."""
    return [
        (name, value)
        for name, value in vars(layer).items()
        if value is not None and isinstance(getattr(type(layer), name, None), kind)
    ]


def _children(layer):
    """[(attribute, its layers), …]; a list becomes a tuple, as nobody sees what joins it later."""
    found = []
    for name, value in vars(layer).items():
        if name[0] == "_":
            continue
        if isinstance(value, Layer):
            found.append((name, (value,)))
        elif isinstance(value, (list, tuple)) and any(isinstance(v, Layer) for v in value):
            if not all(isinstance(v, Layer) for v in value):
                raise ValueError(
                    f"{name}: expected layers only, got {[type(v).__name__ for v in value]}; keep "
                    "what is no layer under another name"
                )
            vars(layer)[name] = tuple(value)
            found.append((name, tuple(value)))
    return found


def _named_children(layer):
    """(name, layer) of each layer right below: attention, blocks.0, blocks.1, …."""
    for name, value in _children(layer):
        alone = isinstance(getattr(layer, name), Layer)
        for i, child in enumerate(value):
            yield (name if alone else f"{name}.{i}"), child


def _tree(layer, prefix="", found=None):
    """Layer -> what its names begin with, for this layer and all below it, each once."""
    found = {} if found is None else found
    if layer not in found:
        found[layer] = prefix
        for name, child in _named_children(layer):
            _tree(child, f"{prefix}{name}.", found)
    return found


def _table(layer):
    """The layers below with shapes and counts, indented by level, and the total; [] without any."""
    below = [row for name, child in _named_children(layer) for row in _rows(name, child, "  ")]
    if not below:
        return []
    rows = [("", "", *_shapes(layer)), *below] if _declared(layer, _Array) else below
    a, b, c = (max(n, *(len(r[i]) + 1 for r in rows)) for i, n in enumerate((12, 19, 26)))
    lines = [f"{name:<{a}}{title:<{b}}{shapes:<{c}}{n:>10}" for name, title, shapes, n in rows]
    total = f"  {'total':<{a + b + c - 2}}{layer.count:>10,}"
    return [*(line.rstrip() for line in lines), total]


def _rows(name, layer, indent):
    """(name, description, shapes, count) of a layer and of all below it."""
    yield indent + name, layer._title(), *_shapes(layer)
    for below, child in _named_children(layer):
        yield from _rows(below, child, indent + "  ")


def _shapes(layer):
    """The shapes of a layer's own arrays, and how many numbers of them are learned."""
    shapes = ", ".join(f"{name} {a.shape}" for name, a in _declared(layer, (Parameter, Buffer)))
    count = sum(p.size for _, p in _declared(layer, Parameter))
    return shapes, f"{count:,}" if count else ""


def floating_array(a) -> np.ndarray:
    """``a`` as a floating array, without a look at its entries."""
    a = np.asarray(a)
    return a if a.dtype.kind == "f" else a.astype(np.float64)
