"""The packaged data: right to the last byte, fresh at every call, readable from a zip."""

import hashlib
import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import lecturelib
from lecturelib.data import (
    digits,
    houses,
    houses_windsor,
    mnist,
    mnist1d,
    purchases,
    shakespeare,
    split,
    sunspots,
)

# The slide's table, dates as printed there: day/month/year.
SLIDE = """
1	Davidson	Michael	04/03/1986	United States	10/12/2016	37
2	Vito	Jim	09/01/1994	United Kingdom	02/02/2016	85
3	Johnson	Tom	23/08/1972	France	02/11/2016	83
4	Lewis	Peter	18/10/1979	Germany	22/11/2016	27
5	Koenig	Edward	13/05/1983	Argentina	26/03/2015	43
6	Preston	Jack	16/06/1991	United States	06/11/2016	77
7	Smith	David	11/03/1965	Canada	15/11/2016	23
8	Brown	Luis	03/09/1997	Australia	03/07/2015	74
9	Miller	Thomas	07/01/1980	Germany	07/11/2016	13
10	Williams	Bill	26/07/1960	United States	20/11/2015	80
11	Gemini	Alexia	12/09/1995	Canada	11/03/2017	35
12	Bond	James	25/02/1975	United Kingdom	12/08/2017	40
13	Burgle	Patricia	01/12/1990	United States	18/01/2015	55
14	Reding	Michelle	07/04/1985	Canada	23/02/2017	28
15	Harvey	Billy	14/07/1971	United Kingdom	12/01/2016	41
"""


# Digits


def test_digits_shapes_and_types():
    images, X, y = digits()
    assert (images.shape, X.shape, y.shape) == ((1797, 8, 8), (1797, 64), (1797,))
    assert (images.dtype, X.dtype, y.dtype) == (np.float64, np.float64, np.int64)
    assert (X.min(), X.max()) == (0, 1)
    np.testing.assert_array_equal(images.reshape(1797, 64), X)


def test_digits_are_the_original_ones():
    data = digits()
    pixels = (data.images * 16).astype(np.uint8)
    np.testing.assert_array_equal(pixels / 16, data.images)
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == (
        "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
    )
    assert hashlib.sha256(data.y.astype(np.uint8).tobytes()).hexdigest() == (
        "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"
    )
    # As the UCI page counts them for its test part.
    assert np.bincount(data.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_first_digit_is_a_zero():
    data = digits()
    assert data.y[:10].tolist() == list(range(10))
    assert (data.images[0] * 16)[:2].tolist() == [
        [0, 0, 5, 13, 9, 1, 0, 0],
        [0, 0, 13, 15, 10, 15, 5, 0],
    ]


# MNIST


def test_mnist_shapes_and_types():
    images, X, y = mnist()
    assert (images.shape, X.shape, y.shape) == ((5000, 28, 28), (5000, 784), (5000,))
    assert (images.dtype, X.dtype, y.dtype) == (np.float64, np.float64, np.int64)
    assert (X.min(), X.max()) == (0, 1)
    np.testing.assert_array_equal(images.reshape(5000, 784), X)


def test_mnist_is_the_original_one():
    data = mnist()
    pixels = np.rint(data.images * 255).astype(np.uint8)
    np.testing.assert_array_equal(pixels / 255, data.images)
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == (
        "2913c6b6527114b7307e1086335a7665e3f94c74aba3d67525e6f116bf5ae20f"
    )
    np.testing.assert_array_equal(data.y, np.repeat(np.arange(10), 500))


# MNIST-1D


def test_mnist1d_is_what_its_package_makes():
    from mnist1d.data import get_dataset_args, make_dataset

    settings = get_dataset_args()
    settings.num_samples, settings.train_split, settings.seed = 50, 0.8, 3
    original, data = make_dataset(settings), mnist1d(40, 10, seed=3)
    np.testing.assert_array_equal(data.X_train, original["x"])
    np.testing.assert_array_equal(data.X_test, original["x_test"])
    np.testing.assert_array_equal(data.y_train, original["y"])
    np.testing.assert_array_equal(data.y_test, original["y_test"])


@given(st.integers(1, 6), st.integers(1, 59))
@settings(max_examples=15, deadline=None)
def test_mnist1d_has_the_sizes_asked_for(tens, n_train):
    assume(n_train < 10 * tens)
    n_test = 10 * tens - n_train
    data = mnist1d(n_train, n_test)
    assert (data.X_train.shape, data.X_test.shape) == ((n_train, 40), (n_test, 40))
    labels = np.concatenate([data.y_train, data.y_test])
    assert labels.dtype == np.int64
    assert set(np.bincount(labels, minlength=10)) == {(n_train + n_test) // 10}


def test_mnist1d_depends_on_its_seed_alone_and_leaves_the_global_generators_as_they_were():
    states = np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    first, again, other = mnist1d(20, 10, seed=1), mnist1d(20, 10, seed=1), mnist1d(20, 10, seed=2)
    np.testing.assert_array_equal(np.random.get_state()[1], states[0])  # noqa: NPY002
    assert random.getstate() == states[1]
    np.testing.assert_array_equal(first.X_train, again.X_train)
    assert not np.array_equal(first.X_train, other.X_train)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((40, 7), r"n_train, n_test: .* multiple of 10 .* 40 \+ 7 = 47"),
        ((0, 10), "n_train: expected a whole number of at least 1"),
        ((10, 2.5), "n_test: expected a whole number of at least 1"),
    ],
)
def test_mnist1d_says_which_size_it_cannot_use(sizes, words):
    with pytest.raises(ValueError, match=words):
        mnist1d(*sizes)


def test_mnist1d_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mnist1d.data", None)
    with pytest.raises(ImportError, match=r"lecturelib\[mnist1d\]"):
        mnist1d(20, 10)


# Purchases


def test_purchases_are_the_rows_of_the_slide():
    def iso(date):
        return "-".join(reversed(date.split("/")))

    rows = [line.split("\t") for line in SLIDE.strip().splitlines()]
    expected = [(int(n), a, b, iso(c), d, iso(e), int(f)) for n, a, b, c, d, e, f in rows]
    table = purchases()
    got = [tuple(str(v) if isinstance(v, np.datetime64) else v for v in row) for row in table]
    assert table.shape == (15,)
    assert got == expected


def test_purchases_fields_and_types():
    table = purchases()
    assert table.dtype.names == (
        "purchase_id",
        "last_name",
        "first_name",
        "birthday",
        "country",
        "date_of_purchase",
        "amount",
    )
    assert table["birthday"].dtype == table["date_of_purchase"].dtype == "datetime64[D]"
    assert table["amount"].dtype == np.int64
    assert table["amount"].sum() == 741


def test_the_day_comes_first():
    table = purchases()
    assert table["birthday"][2] == np.datetime64("1972-08-23")  # 23/08/1972 has one reading only
    assert table["date_of_purchase"][0] == np.datetime64("2016-12-10")  # 10/12/2016 has two
    years = table["date_of_purchase"].astype("datetime64[Y]")
    assert set(years.astype(str)) == {"2015", "2016", "2017"}


# Houses


def sha256(array):
    return hashlib.sha256(array.astype("<f8").tobytes()).hexdigest()


def test_houses_are_the_original_ones():
    X, price, features = houses()
    assert (X.shape, price.shape, len(features)) == ((21613, 17), (21613,), 17)
    assert X.dtype == price.dtype == np.float64
    assert sha256(X) == "43708ec518fd98eb925a790c81e2f5967a530e87f05acdaa3cefee0a34bd6800"
    assert sha256(price) == "3f54a3c7db0fbbc0bb18056274c3462d82d539782d9669757f1f8fe8267b18b4"


def test_the_second_house_column_by_column():
    X, price, features = houses()
    assert price[1] == 538_000
    assert dict(zip(features, X[1].tolist(), strict=True)) == {
        "bedrooms": 3,
        "bathrooms": 2.25,
        "sqft_living": 2570,
        "sqft_lot": 7242,
        "floors": 2,
        "waterfront": 0,
        "view": 0,
        "condition": 3,
        "grade": 7,
        "sqft_above": 2170,
        "sqft_basement": 400,
        "yr_built": 1951,
        "yr_renovated": 1991,
        "lat": 47.721,
        "long": -122.319,
        "sqft_living15": 1690,
        "sqft_lot15": 7639,
    }


def test_houses_are_what_the_docstring_says():
    X, price, features = houses()
    column = dict(zip(features, X.T, strict=True))
    assert (price.min(), price.max()) == (75_000, 7_700_000)
    np.testing.assert_array_equal(
        column["sqft_living"], column["sqft_above"] + column["sqft_basement"]
    )
    for name, values in {"waterfront": (0, 1), "view": (0, 4), "condition": (1, 5)}.items():
        assert set(column[name]) == set(range(values[0], values[1] + 1))
    assert (column["grade"].min(), column["grade"].max()) == (1, 13)
    for name, parts in {"bathrooms": 4, "floors": 2}.items():
        assert set(parts * column[name] % 1) == {0}
    assert (column["yr_built"].min(), column["yr_built"].max()) == (1900, 2015)
    assert column["yr_renovated"].min() == 0
    assert (round(column["lat"].mean()), round(column["long"].mean())) == (48, -122)
    assert column["sqft_living"][column["bedrooms"] == 33].tolist() == [1620]


def test_windsor_houses_are_the_original_ones():
    X, price, features = houses_windsor()
    assert (X.shape, price.shape, len(features)) == ((546, 11), (546,), 11)
    assert X.dtype == price.dtype == np.float64
    assert sha256(X) == "27014ec7d9bb118e09d1859b7f004533782aa9ef3a09725822fc41625a742b60"
    assert sha256(price) == "9c9080a69a7b07fff3fc2ec881d5ff5873d5217795c13071467186e086752ee0"
    assert (price.min(), price.max()) == (25_000, 190_000)


def test_the_first_windsor_house_column_by_column():
    X, price, features = houses_windsor()
    assert price[0] == 42_000
    assert dict(zip(features, X[0].tolist(), strict=True)) == {
        "lotsize": 5850,
        "bedrooms": 3,
        "bathrms": 1,
        "stories": 2,
        "driveway": 1,
        "recroom": 0,
        "fullbase": 1,
        "gashw": 0,
        "airco": 0,
        "garagepl": 1,
        "prefarea": 0,
    }


def test_least_squares_explains_as_much_of_the_prices_as_it_did():
    # R² on all rows: a column shifted against the others would lower it.
    for (X, price, _), expected in ((houses(), 0.695), (houses_windsor(), 0.673)):
        X = np.column_stack([np.ones(len(X)), (X - X.mean(0)) / X.std(0)])
        rest = price - X @ np.linalg.lstsq(X, price, rcond=None)[0]
        assert 1 - rest.var() / price.var() == pytest.approx(expected, abs=5e-4)


# Sunspots


def test_sunspots_are_the_original_ones():
    year, number = sunspots()
    assert (year.dtype, number.dtype) == (np.int64, np.float64)
    np.testing.assert_array_equal(year, np.arange(1700, 2009))
    assert number[:5].tolist() == [5, 11, 16, 23, 36]
    assert number[-3:].tolist() == [15.2, 7.5, 2.9]
    assert sha256(number) == "66c86ecdcd5950f61f6243f924fdfa10a44596e94816291062fdda266a31c86d"


def test_sunspots_are_what_the_docstring_says():
    year, number = sunspots()
    assert year[number == 0].tolist() == [1711, 1712, 1810]
    assert (number.max(), year[number.argmax()]) == (190.2, 1957)
    power = np.abs(np.fft.rfft(number - number.mean())) ** 2
    assert len(number) / power.argmax() == pytest.approx(11, abs=0.5)


# Shakespeare


def test_shakespeare_is_the_original_text():
    text = shakespeare()
    assert len(text) == 401_331
    assert hashlib.sha256(text.encode("ascii")).hexdigest() == (
        "1a26fd37ceb3e742192c35c312b66a3c4ae763bb8a0a47183b3d7d7ee5a0bacf"
    )
    assert text.startswith("BERNARDO:\nWho's there?\n\nFRANCISCO:\nNay, answer me: stand,")
    assert text.endswith("For never was a story of more woe\nThan this of Juliet and her Romeo.\n")
    assert "To be, or not to be: that is the question:" in text


def test_shakespeare_is_what_the_docstring_says():
    text = shakespeare()
    assert len(set(text)) == 63
    assert text[170_530:].startswith("\n\nFirst Witch:\nWhen shall we three meet again")
    assert text[266_387:].startswith("\n\nPrologue:\nTwo households, both alike in dignity,")
    speeches = text.rstrip("\n").split("\n\n")
    for speech in speeches:
        speaker, *lines = speech.split("\n")
        assert re.fullmatch(r"[A-Z][A-Za-z &'-]*:", speaker), speech
        assert lines
        assert all(line == line.strip() != "" for line in lines), speech


# Every loader


@pytest.mark.parametrize("loader", [digits, houses, houses_windsor, purchases, sunspots])
def test_changing_one_result_leaves_the_next_as_it_was(loader):
    def flat(result):
        parts = result if isinstance(result, tuple) else (result,)
        return [part for part in parts if isinstance(part, np.ndarray)]

    original = [array.copy() for array in flat(loader())]
    for array in flat(loader()):
        array[:] = np.zeros(1, array.dtype)
    for array, before in zip(flat(loader()), original, strict=True):
        np.testing.assert_array_equal(array, before)


def test_images_and_rows_do_not_share_memory():
    data = digits()
    data.images[0] = 1
    assert data.X[0].max() < 1


def test_the_loaders_work_from_a_zip(tmp_path):
    package = Path(lecturelib.__file__).parent
    archive = tmp_path / "lecturelib.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in package.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                file.write(path, Path("lecturelib") / path.relative_to(package))
    code = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "from lecturelib import data\n"
        "assert '.zip' in data.__file__, data.__file__\n"
        "print(data.digits().y.sum(), data.purchases()['amount'].sum())\n"
        "print(len(data.houses().X), len(data.houses_windsor().X))\n"
        "print(len(data.sunspots().year), len(data.shakespeare()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    expected = [str(digits().y.sum()), "741", "21613", "546", "309", "401331"]
    assert result.stdout.split() == expected


def test_every_data_file_is_described_with_source_and_licence():
    folder = Path(lecturelib.__file__).parent / "data"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.iterdir():
        if path.is_file() and path.suffix not in {".py", ".md"}:
            section = readme.partition(f"## `{path.name}`")[2].partition("\n## ")[0]
            assert "| source |" in section, path.name
            assert "| licence |" in section, path.name


# Split


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 60), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_split_parts_every_row_once_and_keeps_pairs(n, share, seed):
    assume(share * n <= n - 1)  # else no row is left for training
    X, y = np.arange(2 * n).reshape(n, 2), np.arange(n)
    parts = split(X, y, test_share=share, rng=np.random.default_rng(seed))
    assert -1e-8 < len(parts.y_test) - share * n < 1
    assert sorted([*parts.y_train, *parts.y_test]) == list(range(n))
    np.testing.assert_array_equal(parts.X_train[:, 0], 2 * parts.y_train)
    np.testing.assert_array_equal(parts.X_test[:, 0], 2 * parts.y_test)


def test_split_shuffles_by_the_generator_alone():
    data = digits()
    first, again, other = (
        split(data.X, data.y, rng=np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.y_test, again.y_test)
    assert (first.y_test != other.y_test).any()
    assert (first.y_train != data.y[: len(first.y_train)]).any()
    assert np.bincount(first.y_test).min() > 20  # the file is ordered, a tail would not be mixed


def test_split_order_and_sizes():
    X_train, X_test, y_train, y_test = split(*digits()[1:], rng=np.random.default_rng(0))
    assert (X_train.shape, X_test.shape) == ((1347, 64), (450, 64))
    assert (y_train.shape, y_test.shape) == ((1347,), (450,))


@pytest.mark.parametrize(("n", "share", "n_test"), [(100, 0.07, 7), (10, 0.25, 3), (2, 0.5, 1)])
def test_split_rounds_up_but_not_for_rounding_errors(n, share, n_test):
    parts = split(np.ones(n), np.ones(n), test_share=share, rng=np.random.default_rng(0))
    assert len(parts.y_test) == n_test


def test_split_returns_copies_and_keeps_dtypes():
    X, y = np.ones((4, 2), np.float32), np.array(list("abcd"))
    parts = split(X, y, rng=np.random.default_rng(0))
    parts.X_train[:] = parts.X_test[:] = 7
    assert (X == 1).all()
    assert (parts.X_train.dtype, parts.y_test.dtype) == (X.dtype, y.dtype)


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        (np.ones((3, 2)), np.ones(2), {}, r"^X, y: .*\(3, 2\) and \(2,\); look for a transposed X"),
        (1.0, 2.0, {}, r"^X, y: .*shapes \(\) and \(\)"),
        ([1, 2], [1, 2], {"test_share": 0}, r"^test_share: .*got 0.0 of 2 rows; choose"),
        ([1, 2], [1, 2], {"test_share": 1}, r"^test_share: .*got 1.0 of 2 rows"),
        ([1, 2], [1, 2], {"test_share": -0.5}, r"^test_share: .*got -0.5"),
        ([1, 2], [1, 2], {"test_share": 0.9}, r"^test_share: .*rows on both sides"),
        ([1], [1], {}, r"^test_share: .*of 1 rows; choose one such as 0.25 or bring more rows"),
        ([], [], {}, r"^test_share: .*of 0 rows"),
        ([1, 2], [1, 2], {"test_share": "a"}, r"^test_share: expected one finite real number"),
        ([1, 2], [1, 2], {"rng": 0}, r"^rng: expected a NumPy Generator, got int; pass np"),
    ],
)
def test_split_refuses(X, y, options, message):
    with pytest.raises(ValueError, match=message):
        split(X, y, **{"rng": RNG, **options})
