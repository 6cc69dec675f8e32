// The loss in bands of grey, so that their edges are level lines.

const BANDS = 12;

// at(x, y), with x and y from −1 to 1 (y up), is where a pixel lies, or null outside; alpha its strength.
function shade(canvas, loss, at, [low, high]) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const point = at((2 * (i + 0.5)) / width - 1, 1 - (2 * (j + 0.5)) / height);
      if (!point) continue;
      const level = Math.min(Math.floor(((loss.value(point) - low) / (high - low)) * BANDS), BANDS - 1);
      const grey = 150 + (100 * level) / (BANDS - 1);
      image.data.set([grey, grey, grey, 255], 4 * (j * width + i));
    }
  }
  context.putImageData(image, 0, 0);
}

// The least and the largest loss, on a grid of classes.
function rangeOf(loss) {
  const points = [];
  for (let k = 0; k < 120; k++) {
    const angle = (2 * Math.PI * k) / 120;
    if (loss.size === 2) points.push(onCircle(angle));
    else for (let j = -14; j <= 14; j++) points.push(onSphere(angle, (Math.PI * j) / 30));
  }
  return extent([...points, ...loss.minima.map(({ at }) => at)].map(loss.value));
}
