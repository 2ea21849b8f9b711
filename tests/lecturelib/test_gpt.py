"""GPT against PyTorch, its cache, its knobs, and what learns on top of it."""

import copy
import math
import pickle

import numpy as np
import pytest

from lecturelib.gpt import (
    GPT,
    LogLikelihood,
    LoRA,
    RewardModel,
    bits_per_character,
    dpo_loss,
    draw,
    group_advantages,
    in_order,
    next_probabilities,
    perplexity,
    preference_loss,
    windows,
)
from lecturelib.gradcheck import check_gradients
from lecturelib.optim import AdamW, clip_gradients, is_weight
from lecturelib.transformer import TokenCrossEntropy

SIZES = {"vocabulary": 11, "context": 9, "width": 12, "blocks": 2, "heads": 3}
P = np.array([0.5, 0.25, 0.15, 0.1])


def model(seed=0, dtype=np.float64, **changes):
    """A small GPT whose parameters are all away from 0."""
    rng = np.random.default_rng(seed)
    made = GPT(**(SIZES | changes), rng=rng, dtype=dtype)
    for p in made.parameters.values():
        p[...] = rng.normal(scale=0.4, size=p.shape)
    return made


def batch(B=4, T=7, seed=1):
    """Ids and targets (B, T)."""
    ids = np.random.default_rng(seed).integers(0, SIZES["vocabulary"], (B, T + 1))
    return ids[:, :-1], ids[:, 1:]


def one_step(net, x, y, optimiser, clip=None):
    loss = TokenCrossEntropy()
    value = loss.forward(net.forward(x), y)
    net.zero_grad()
    net.backward(loss.backward())
    if clip:
        clip_gradients(net.gradients, clip)
    optimiser.step()
    return value


# The model


@pytest.fixture(scope="module")
def twin():
    torch = pytest.importorskip("torch")
    from experiments import gpt_torch

    torch.set_num_threads(1)
    return lambda net: gpt_torch.TorchGPT(net)


def test_logits_and_gradients_are_those_of_pytorch(twin):
    import torch

    net, (x, y), loss = model(), batch(), TokenCrossEntropy()
    theirs = twin(net)
    z = theirs(torch.from_numpy(x))
    torch.nn.functional.cross_entropy(z.flatten(0, 1), torch.from_numpy(y).flatten()).backward()
    ours = net.forward(x)
    loss.forward(ours, y)
    net.zero_grad()
    net.backward(loss.backward())
    np.testing.assert_allclose(ours, z.detach(), rtol=1e-10, atol=1e-10)
    assert sum(p.numel() for p in theirs.parameters()) == net.count
    for (name, g), p in zip(net.gradients.items(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(g, p.grad, rtol=1e-10, atol=1e-10, err_msg=name)


def test_fifty_steps_of_adamw_are_those_of_pytorch(twin):
    import torch

    from experiments.gpt_torch import train

    ids = np.random.default_rng(3).integers(0, 11, 300)
    net = model()
    theirs = twin(net)
    settings = {"T": 8, "N": 5, "steps": 50, "lr": 3e-3, "weight_decay": 0.1, "seed": 7}
    losses = train(theirs, ids, **settings)
    optimiser = AdamW(net, 3e-3, (0.9, 0.99), weight_decay=0.1, decays=is_weight)
    rng = np.random.default_rng(7)
    ours = [one_step(net, *windows(ids, 8, 5, rng), optimiser, clip=1.0) for _ in range(50)]
    assert ours[-1] < ours[0]
    np.testing.assert_allclose(ours, losses, atol=1e-6)
    x = batch()[0]
    with torch.no_grad():
        np.testing.assert_allclose(net.predict(x), theirs(torch.from_numpy(x)), atol=1e-6)


def test_no_token_sees_those_behind_it():
    net, (x, _) = model(), batch()
    z = net.predict(x)
    other = x.copy()
    other[:, 4:] = (x[:, 4:] + 1) % 11
    changed = net.predict(other)
    np.testing.assert_array_equal(changed[:, :4], z[:, :4])
    assert (changed[:, 4:] != z[:, 4:]).all()


def test_untrained_it_knows_as_little_as_log_v():
    # 63 characters: 4.143. The small head leaves the logits near 0.
    net = GPT(63, 32, 64, 2, 4, rng=np.random.default_rng(0))
    ids = np.random.default_rng(1).integers(0, 63, 2000)
    assert round(math.log(63), 3) == 4.143
    assert abs(net.loss(ids) - math.log(63)) < 0.25


def test_the_type_is_float32_unless_asked_otherwise():
    net, (x, y), loss = GPT(**SIZES, rng=np.random.default_rng(0)), batch(), TokenCrossEntropy()
    loss.forward(net.forward(x), y)
    net.backward(loss.backward())
    arrays = [net.forward(x), *net.parameters.values(), *net.gradients.values()]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


def test_dropout_is_on_in_training_alone():
    net, (x, _) = model(dropout=0.3), batch()
    assert (net.forward(x) != net.forward(x)).any()
    np.testing.assert_array_equal(net.predict(x), net.predict(x))


def test_it_goes_to_a_file_and_copies_are_independent(tmp_path):
    net, (x, _) = model(dtype=np.float32), batch()
    net.save(tmp_path / "gpt.npz")
    for other in (
        GPT.load(tmp_path / "gpt.npz"),
        copy.deepcopy(net),
        pickle.loads(pickle.dumps(net)),
    ):
        np.testing.assert_array_equal(other.predict(x), net.predict(x))
        assert repr(other) == repr(net)
        for p in other.parameters.values():
            p += 1
        assert (other.predict(x) != net.predict(x)).any()


def test_loss_is_the_mean_over_all_pieces():
    net = model()
    ids = np.random.default_rng(5).integers(0, 11, 70)
    x, y = in_order(ids, 9)
    assert x.shape == (7, 9)
    expected = TokenCrossEntropy().forward(net.predict(x), y)
    assert net.loss(ids, batch_size=3) == pytest.approx(expected, rel=1e-12)


# Windows


def test_a_target_is_the_token_behind_its_input():
    ids = np.arange(50)
    x, y = windows(ids, 6, 200, np.random.default_rng(0))
    np.testing.assert_array_equal(y, x + 1)
    np.testing.assert_array_equal(x, x[:, :1] + np.arange(6))
    assert x.min() == 0
    assert y.max() == 49  # the last token is a target too
    x, y = in_order(ids[:14], 4)
    np.testing.assert_array_equal(x.ravel(), np.arange(12))
    np.testing.assert_array_equal(y, x + 1)


# Sampling: p = (.5, .25, .15, .1)


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({}, [0.5, 0.25, 0.15, 0.1]),
        ({"temperature": 0.5}, [0.725, 0.181, 0.065, 0.029]),
        ({"temperature": 2}, [0.370, 0.262, 0.203, 0.165]),
        ({"temperature": 0}, [1, 0, 0, 0]),
        ({"temperature": 1e-12}, [1, 0, 0, 0]),
        ({"top_k": 2}, [2 / 3, 1 / 3, 0, 0]),
        ({"top_k": 9}, [0.5, 0.25, 0.15, 0.1]),
        ({"top_p": 0.8}, [0.556, 0.278, 0.167, 0]),
        ({"top_p": 0.7}, [2 / 3, 1 / 3, 0, 0]),
        ({"top_p": 0.75}, [2 / 3, 1 / 3, 0, 0]),
        ({"top_p": 1e-9}, [1, 0, 0, 0]),
        # The temperature goes first, so that top-p now needs three tokens.
        ({"temperature": 2, "top_p": 0.7}, [0.443, 0.313, 0.243, 0]),
        # Top-k goes before top-p: of 2/3 and 1/3 the first alone is enough.
        ({"top_k": 2, "top_p": 0.6}, [1, 0, 0, 0]),
    ],
)
def test_the_knobs_in_their_order(knobs, expected):
    logits = np.log(P)[None, [2, 0, 3, 1]] + 5  # shifted and in another order
    found = next_probabilities(logits, **knobs)[0, [1, 3, 0, 2]]
    np.testing.assert_allclose(found, expected, atol=6e-4)
    assert found.sum() == pytest.approx(1, abs=1e-12)


def test_of_equally_likely_tokens_the_lower_id_stays():
    assert next_probabilities(np.zeros(4), top_k=2).tolist() == [0.5, 0.5, 0, 0]
    assert next_probabilities(np.zeros(4), temperature=0).tolist() == [1, 0, 0, 0]


def test_draws_have_the_probabilities_and_never_what_was_cut():
    p = np.array([[0.0, 0.5, 0.0, 0.3, 0.2, 0.0]] * 20_000)
    ids = draw(p, np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(ids, minlength=6) / len(p), p[0], atol=0.015)
    assert not np.isin(ids, [0, 2, 5]).any()


@pytest.mark.parametrize("length", [1, 5, 9, 14])
def test_with_cache_and_without_a_batch_writes_the_same_beyond_the_context_too(length):
    net = model(dtype=np.float32)
    prompts = np.random.default_rng(length).integers(0, 11, (3, length))
    knobs = {"temperature": 1.3, "top_k": 8, "top_p": 0.95}
    with_it, without = (
        net.generate(prompts, 16, rng=np.random.default_rng(2), cache=cache, **knobs)
        for cache in (True, False)
    )
    assert with_it.shape == (3, length + 16)
    np.testing.assert_array_equal(with_it[:, :length], prompts)
    np.testing.assert_array_equal(with_it, without)


def test_the_logits_of_a_cache_are_those_of_the_whole():
    net, (x, _) = model(), batch(B=2, T=9)
    caches, parts = net.new_caches(), (slice(0, 4), slice(4, 5), slice(5, 9))
    in_parts = np.concatenate([net.predict(x[:, part], caches) for part in parts], axis=1)
    np.testing.assert_allclose(in_parts, net.predict(x), rtol=1e-10, atol=1e-12)


def test_a_row_of_a_batch_is_written_as_if_alone_when_nothing_is_random():
    net, prompts = model(), batch(B=3, T=4)[0]
    rng = np.random.default_rng(0)
    together = net.generate(prompts, 12, rng=rng, temperature=0)
    for row, prompt in zip(together, prompts, strict=True):
        np.testing.assert_array_equal(row, net.generate(prompt, 12, rng=rng, temperature=0))
    z = net.predict(together[:, :6])[:, -1]
    np.testing.assert_array_equal(z.argmax(axis=1), together[:, 6])


def test_the_same_seed_writes_the_same_and_writing_leaves_the_model_as_it_is():
    net, (x, y), loss = model(dropout=0.2), batch(), TokenCrossEntropy()
    loss.forward(net.forward(x), y)
    first, second, other = (
        net.generate([1, 2], 30, rng=np.random.default_rng(seed)) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()
    assert net.training
    net.backward(loss.backward())  # of the pass before the writing


# Likelihood


def test_the_likelihood_counts_the_places_of_the_mask_and_its_gradient_is_right():
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(3, 5, 4)), rng.integers(0, 4, (3, 5))
    mask = rng.random((3, 5)) < 0.5
    found = LogLikelihood()
    log_p = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
    picked = np.take_along_axis(log_p, y[..., None], axis=2)[..., 0]
    np.testing.assert_allclose(found.forward(z, y), picked.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(found.forward(z, y, mask), (picked * mask).sum(axis=1), rtol=1e-12)
    weights = rng.normal(size=3)
    dz = found.backward(weights)
    assert not dz[~mask].any()
    check_gradients(lambda z: weights @ LogLikelihood().forward(z, y, mask), {"z": z}, {"z": dz})


def test_perplexity_and_bits():
    # Four tokens of which the model gave 1/2, 1/4, 1/8, 1/4.
    nats = -np.log([1 / 2, 1 / 4, 1 / 8, 1 / 4]).mean()
    assert perplexity(nats) == pytest.approx(4)
    assert perplexity(math.log(63)) == pytest.approx(63)
    # 2 bits a token and 3 characters a token.
    assert bits_per_character(nats, tokens=100, characters=300) == pytest.approx(2 / 3)


# LoRA


def test_lora_has_512_numbers_for_a_matrix_of_4096_and_starts_where_the_model_is():
    net = model(dtype=np.float32, width=64, heads=4)
    x, before = batch()[0], net.predict(batch()[0])
    name = "stack.0.attend.f.W_out"
    lora = LoRA(net, [name], 4, rng=np.random.default_rng(0))
    assert (net.parameters[name].size, lora.count) == (4096, 512)
    lora.write()
    np.testing.assert_array_equal(net.predict(x), before)


def test_the_gradients_of_lora_are_right_and_the_rest_of_the_model_stays():
    net, (x, y), loss = model(), batch(), TokenCrossEntropy()
    names = ["stack.0.attend.f.W_qkv", "stack.1.think.f.up.W"]
    lora = LoRA(net, names, 2, rng=np.random.default_rng(0), alpha=3.0)
    for p in lora.parameters.values():
        p += 0.3
    start = {name: p.copy() for name, p in net.parameters.items()}

    def value(**arrays):
        for name, array in arrays.items():
            lora.parameters[name][...] = array
        lora.write()
        return TokenCrossEntropy().forward(net.forward(x), y)

    given = {name: p.copy() for name, p in lora.parameters.items()}
    value(**given)
    loss.forward(net.forward(x), y)
    net.zero_grad()
    net.backward(loss.backward())
    lora.backward()
    check_gradients(value, given, {name: g.copy() for name, g in lora.gradients.items()})
    lora.remove()
    optimiser = AdamW(lora, 1e-2)
    losses = []
    for _ in range(30):
        lora.write()
        losses.append(loss.forward(net.forward(x), y))
        net.zero_grad()
        net.backward(loss.backward())
        lora.backward()
        optimiser.step()
    assert losses[-1] < 0.9 * losses[0]
    for name, p in net.parameters.items():
        assert (p != start[name]).any() == (name in names)
        if name in names:
            assert np.linalg.matrix_rank(p - start[name], tol=1e-9) == 2
    lora.remove()
    np.testing.assert_array_equal(net.parameters[names[0]], start[names[0]])


# Preferences


def test_dpo_by_hand():
    start = np.zeros(1)
    assert dpo_loss(start, start, start, start, 0.5).loss == pytest.approx(math.log(2))
    # Margin 4, β = 1/2: −log σ(2).
    found = dpo_loss(np.array([1.0]), np.array([-4.0]), np.array([0.0]), np.array([-1.0]), 0.5)
    assert found.loss == pytest.approx(0.127, abs=5e-4)
    assert found.dbetter == pytest.approx(-0.5 / (1 + math.exp(2)))
    assert found.dworse == -found.dbetter


def test_the_gradients_of_both_losses_are_right():
    rng = np.random.default_rng(0)
    four = [rng.normal(size=6) for _ in range(4)]
    given = {"better": four[0], "worse": four[1]}
    for loss in (
        preference_loss,
        lambda better, worse: dpo_loss(better, worse, *four[2:], beta=0.7),
    ):
        _, dbetter, dworse = loss(**given)
        grads = {"better": dbetter, "worse": dworse}
        check_gradients(lambda loss=loss, **a: loss(**a).loss, given, grads)


def test_a_large_margin_neither_overflows_nor_moves():
    loss, dbetter, _ = preference_loss(np.array([1e4, -1e4]), np.zeros(2))
    assert loss == pytest.approx(5e3)
    np.testing.assert_allclose(dbetter, [0, -0.5])


def test_advantages_compare_the_answers_to_one_prompt():
    found = group_advantages([[1.0, 0.0, 0.0, 1.0], [3.0, 3.0, 3.0, 3.0]])
    np.testing.assert_allclose(found, [[1, -1, -1, 1], [0, 0, 0, 0]])


def test_a_reward_model_has_right_gradients_and_learns_a_preference():
    rng = np.random.default_rng(0)
    reward = RewardModel(model(blocks=1), rng=rng)
    reward.score.W += rng.normal(size=(1, 12))
    x, dr = batch(B=3)[0], rng.normal(size=3)

    def value(**arrays):
        probe = copy.deepcopy(reward)
        for name, array in arrays.items():
            probe.parameters[name][...] = array
        return dr @ probe.forward(x)

    reward.zero_grad()
    reward.forward(x)
    reward.backward(dr)
    few = ["score.W", "gpt.norm.gamma", "gpt.embedding.P"]
    check_gradients(
        value,
        {name: reward.parameters[name] for name in few},
        {name: reward.gradients[name] for name in few},
    )
    assert not reward.gradients["gpt.head.W"].any()
    better, worse = rng.integers(0, 6, (40, 5)), rng.integers(5, 11, (40, 5))
    optimiser, losses = AdamW(reward, 3e-3), []
    for _ in range(20):
        r = reward.forward(np.concatenate([better, worse]))
        found = preference_loss(r[:40], r[40:])
        reward.zero_grad()
        reward.backward(np.concatenate([found.dbetter, found.dworse]))
        optimiser.step()
        losses.append(found.loss)
    assert losses[-1] < 0.2 * losses[0]


# Refusals

NET = model(dtype=np.float32)
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (lambda: NET.forward([[0] * 10]), r"expected at most 9 positions.* got 10"),
        (lambda: NET.forward([[11]]), r"expected numbers from 0 to 10.* got 11"),
        (lambda: NET.forward([[0.5]]), r"expected whole numbers of shape \(N, T\)"),
        (lambda: NET.forward([0, 1]), r"expected whole numbers of shape \(N, T\)"),
        (lambda: NET.generate([], 3, rng=RNG), r"prompt: expected at least one id"),
        (lambda: NET.generate([[]], 3, rng=RNG), r"prompt: expected at least one id"),
        (lambda: NET.generate("ab", 3, rng=RNG), r"prompt: expected at least one id"),
        (lambda: NET.generate([99], 3, rng=RNG), r"expected numbers from 0 to 10.* got 99"),
        (lambda: NET.generate([1], -1, rng=RNG), r"n: expected a whole number of at least 0"),
        (lambda: NET.generate([1], 1, rng=0), r"rng: expected a NumPy Generator"),
        (
            lambda: NET.generate([1], 1, rng=RNG, temperature=-1),
            r"temperature: expected .* least 0",
        ),
        (lambda: NET.generate([1], 1, rng=RNG, top_p=0), r"top_p: expected a share in \(0, 1\]"),
        (lambda: NET.generate([1], 1, rng=RNG, top_p=1.1), r"top_p: expected a share in"),
        (lambda: NET.generate([1], 1, rng=RNG, top_k=-1), r"top_k: expected a whole number"),
        (lambda: NET.loss([1] * 9), r"ids: expected more than T = 9 whole numbers"),
        (lambda: model(heads=5), r"heads: expected a divisor"),
        (lambda: next_probabilities([np.nan, 1.0]), r"logits: expected finite numbers"),
        (lambda: draw([[0.5, 0.4]], RNG), r"p: expected rows .* that add up to 1"),
        (lambda: draw([0.5, 0.5], RNG), r"p: expected rows"),
        (lambda: windows([1, 2, 3], 3, 1, RNG), r"ids: expected more than T = 3"),
        (lambda: perplexity(math.inf), r"nats: expected a finite loss"),
        (lambda: bits_per_character(1.0, 0, 3), r"tokens"),
        (lambda: LogLikelihood().backward([1.0]), r"expected a forward pass before it"),
        (lambda: LogLikelihood().forward(np.zeros((1, 2, 3)), [[0, 3]]), r"y: expected ids from 0"),
        (lambda: LogLikelihood().forward(np.zeros((1, 2, 3)), [0, 1]), r"z, y: expected shapes"),
        (
            lambda: LogLikelihood().forward(np.zeros((1, 2, 3)), [[0, 1]], [[1, 0]]),
            r"mask: expected booleans",
        ),
        (lambda: LoRA(NET, ["head.b"], 1, rng=RNG), r"names: expected matrices of the model"),
        (lambda: LoRA(NET, [], 1, rng=RNG), r"names: expected some of"),
        (lambda: LoRA(NET, ["head.W"], 12, rng=RNG), r"rank: expected at most 11"),
        (lambda: RewardModel(3, rng=RNG), r"gpt: expected a GPT, got int"),
        (lambda: preference_loss([1.0], [1.0, 2.0]), r"better, worse: expected one number a pair"),
        (lambda: dpo_loss([1.0], [1.0], [1.0] * 2, [1.0] * 2), r"better_start: expected one entry"),
        (lambda: dpo_loss([1.0], [1.0], [1.0], [1.0], 0), r"beta"),
        (lambda: group_advantages([[1.0]]), r"rewards: expected shape \(P, G\)"),
    ],
)
def test_what_makes_no_sense_is_refused(what, says):
    with pytest.raises(ValueError, match=says):
        what()
