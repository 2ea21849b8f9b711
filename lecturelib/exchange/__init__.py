"""How a network's arrays leave this library and come back: files, PyTorch, Keras.

Each module knows one format: the names, layouts and what has no match there. None of them imports a
model, so that models may use them; the public doors are ``save``, ``load``, ``to_torch`` and
``from_torch`` of the models, and ``lecturelib.frameworks``.
"""
