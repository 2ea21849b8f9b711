// The activation functions of lecturelib.activations and their derivatives, for the widgets.
// The tests hold them equal to the library to 1e-9.

const exp = Math.exp;
// exp of a negative number only: the other branch would overflow.
const sigmoid = (a) => (a >= 0 ? 1 / (1 + exp(-a)) : exp(a) / (1 + exp(a)));

/** By name: label, formula, value `f(a, settings)`, derivative `df(a, settings)`; settings hold slope, alpha, pieces. */
export const FUNCTIONS = {
  step: { label: "step", formula: "1 if a > 0, else 0", f: (a) => (a > 0 ? 1 : 0), df: () => 0 },
  identity: { label: "identity", formula: "a", f: (a) => a, df: () => 1 },
  sigmoid: { label: "sigmoid", formula: "1 / (1 + e⁻ᵃ)", f: sigmoid, df: (a) => sigmoid(a) * sigmoid(-a) },
  tanh: { label: "tanh", formula: "tanh(a)", f: Math.tanh, df: (a) => 4 * sigmoid(2 * a) * sigmoid(-2 * a) },
  relu: { label: "ReLU", formula: "max(0, a)", f: (a) => Math.max(0, a), df: (a) => (a > 0 ? 1 : 0) },
  leaky_relu: {
    label: "Leaky ReLU", formula: "max(slope · a, a)",
    f: (a, { slope }) => (a > 0 ? a : slope * a), df: (a, { slope }) => (a > 0 ? 1 : slope),
  },
  elu: {
    label: "ELU", formula: "a if a ≥ 0, else α(eᵃ − 1)",
    f: (a, { alpha }) => (a > 0 ? a : alpha * Math.expm1(a)), df: (a, { alpha }) => (a > 0 ? 1 : alpha * exp(a)),
  },
  maxout: {
    label: "Maxout", formula: "max(w₁a + b₁, w₂a + b₂)",
    f: (a, { pieces: [w1, b1, w2, b2] }) => Math.max(w1 * a + b1, w2 * a + b2),
    df: (a, { pieces: [w1, b1, w2, b2] }) => (w1 * a + b1 >= w2 * a + b2 ? w1 : w2),
  },
};

export const LECTURE = { slope: 0.1, alpha: 1, pieces: [-1, 0, 1, 0] };
