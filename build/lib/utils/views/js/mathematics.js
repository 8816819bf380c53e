// The mathematics of the views. A test holds every function against utils.reference.

const range = (count) => Array.from({ length: count }, (_, index) => index);
const sum = (values) => values.reduce((total, value) => total + value, 0);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const argmax = (values) => values.indexOf(Math.max(...values));
// The places of the largest value; what differs by less than 1e-9 ties.
const largestOf = (values) => range(values.length).filter((index) => Math.max(...values) - values[index] < 1e-9);

// Softmax of a row of logits at a temperature, shifted by the largest.
function softmax(z, temperature = 1) {
  const top = Math.max(...z);
  const powers = z.map((value) => Math.exp((value - top) / temperature));
  const total = sum(powers);
  return powers.map((power) => power / total);
}

// Log-sum-exp of a row: the largest logit, and the logarithm of the shifted sum behind it.
function logSumExp(z) {
  const top = argmax(z);
  return z[top] + Math.log1p(sum(z.map((value, index) => (index === top ? 0 : Math.exp(value - z[top])))));
}

// The loss of a row of logits for its label.
function crossEntropy(z, label) {
  const top = argmax(z);
  const rest = Math.log1p(sum(z.map((value, index) => (index === top ? 0 : Math.exp(value - z[top])))));
  return z[top] - z[label] + rest;
}

const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

// The Jacobian of softmax from its probabilities, diag(p) − p pᵀ, as rows.
const softmaxJacobian = (p) =>
  p.map((one, i) => p.map((other, j) => (i === j ? one * sum(p.filter((_, rival) => rival !== i)) : -one * other)));

// The largest eigenvalue of that matrix. It lies between the two largest probabilities, where the sum of p²/(p − λ) is 1.
function largestEigenvalue(p) {
  const [first, second] = [...p].sort((one, other) => other - one);
  let low = second, high = first;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (sum(p.map((value) => value ** 2 / (value - middle))) < 1) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

// The gradient of the loss of a row for its logits, p − y; that of the true class is minus the others, which keeps its digits.
function lossGradient(z, label) {
  const p = softmax(z);
  return p.map((value, index) => (index === label ? -sum(p.filter((_, other) => other !== label)) : value));
}

// The number formats of chapter 6: significant binary digits, the power of two of the smallest number, the largest number.
const FORMATS = {
  float16: { digits: 11, unit: -24, largest: 65504 },
  bfloat16: { digits: 8, unit: -133, largest: (2 - 2 ** -7) * 2 ** 127 },
  float32: { digits: 24, unit: -149, largest: (2 - 2 ** -23) * 2 ** 127 },
  float64: { digits: 53, unit: -1074, largest: Number.MAX_VALUE },
};

// A number rounded to a format, as IEEE 754 does: the nearest, of two equally near ones the even one.
function roundTo({ digits, unit, largest }, value) {
  if (digits === 53 || !Number.isFinite(value) || value === 0) return value;
  const size = Math.abs(value);
  let power = Math.floor(Math.log2(size));
  if (2 ** power > size) power -= 1;
  else if (2 ** (power + 1) <= size) power += 1;
  const quantum = 2 ** Math.max(power - digits + 1, unit), steps = size / quantum, below = Math.floor(steps);
  const up = steps - below > 0.5 || (steps - below === 0.5 && below % 2 === 1);
  const rounded = (below + (up ? 1 : 0)) * quantum;
  return Math.sign(value) * (rounded > largest ? Infinity : rounded);
}

// The weight of a score that leads n − 1 equal ones, and the lead that such a weight needs.
const leadingWeight = (lead, n) => 1 / (1 + (n - 1) * Math.exp(-lead));
const leadNeeded = (n, weight) => Math.log(n - 1) + Math.log(weight) - Math.log1p(-weight);
