// Vectors are plain arrays of numbers.

const dot = (x, y) => x.reduce((sum, xi, i) => sum + xi * y[i], 0);
const norm = (x) => Math.sqrt(dot(x, x));
const times = (a, x) => x.map((xi) => a * xi);
const plus = (x, y) => x.map((xi, i) => xi + y[i]);
const minus = (x, y) => x.map((xi, i) => xi - y[i]);
const zeros = (x) => x.map(() => 0);
const unit = (x) => times(1 / norm(x), x);
const isFinite_ = (x) => x.every(Number.isFinite);

// The angle between two vectors, in [0, π]; an arc cosine would lose half of the digits of a small one.
function angleBetween(x, y) {
  const u = unit(x);
  const v = unit(y);
  return 2 * Math.atan2(norm(minus(u, v)), norm(plus(u, v)));
}

// u turned along the unit tangent vector t.
const turned = (u, t, angle) => plus(times(Math.cos(angle), u), times(Math.sin(angle), t));

const onCircle = (angle) => [Math.cos(angle), Math.sin(angle)];

const onSphere = (longitude, latitude) => [
  Math.cos(latitude) * Math.cos(longitude),
  Math.cos(latitude) * Math.sin(longitude),
  Math.sin(latitude),
];
