// Thin lines by the hundred thousand: pixel by pixel into the image of a canvas, which takes far less
// time than the canvas's own strokes. The canvas must be opaque there.

export class Raster {
  // box: {left, top, right, bottom} of the canvas, to which the lines are clipped. smooth: each line
  // is spread over the two pixels that it passes between, which takes twice as long.
  constructor(context, box, smooth) {
    this.context = context;
    this.smooth = smooth;
    this.ratio = context.getTransform().a;
    [this.x, this.y] = [Math.floor(box.left * this.ratio), Math.floor(box.top * this.ratio)];
    this.width = Math.max(1, Math.ceil(box.right * this.ratio) - this.x);
    this.height = Math.max(1, Math.ceil(box.bottom * this.ratio) - this.y);
    this.image = context.getImageData(this.x, this.y, this.width, this.height);
    this.pixels = new Int32Array(this.image.data.buffer);
    this.colour("rgb(0 0 0)", 1);
  }

  // "rgb(1 2 3)", and how much of it covers what is below.
  colour(text, alpha) {
    const [red, green, blue] = text.match(/\d+/g).map(Number);
    this.outer = (blue << 16) | red;  // two channels at a time
    this.inner = green;
    this.alpha = Math.round(Math.min(1, alpha) * 256);
  }

  // Between two places of the canvas.
  line(x0, y0, x1, y1) {
    let a = x0 * this.ratio - this.x;
    let b = y0 * this.ratio - this.y;
    let dx = (x1 - x0) * this.ratio;
    let dy = (y1 - y0) * this.ratio;
    if (!this.holds(a, b) || !this.holds(a + dx, b + dy)) {
      const part = this.clipped(a, b, dx, dy);
      if (!part) return;
      a += part[0] * dx;
      b += part[0] * dy;
      dx *= part[1] - part[0];
      dy *= part[1] - part[0];
    }
    if (Math.abs(dy) > Math.abs(dx)) this.walk(b, dy, a, dx, this.width, 1, this.width);
    else this.walk(a, dx, b, dy, 1, this.width, this.height);
  }

  holds(a, b) {
    return a >= 0 && a < this.width && b >= 0 && b < this.height;
  }

  // Along an axis of the image from `at` as far as `way`, a pixel at a time, but for the last, with
  // which the next line begins; and across it meanwhile, in 65536ths of a pixel.
  walk(at, way, across, drift, stride, crossStride, breadth) {
    const { pixels, outer, inner, alpha, smooth } = this;
    const first = Math.floor(at);
    const steps = Math.max(1, Math.abs(Math.floor(at + way) - first));
    const forward = way < 0 ? -stride : stride;
    const slope = Math.round((drift / steps) * 65536);
    const last = (pixels.length / breadth - 1) * stride;
    let place = Math.round(across * 65536);
    let index = Math.min(last, Math.max(0, first * stride));
    for (let i = 0; i < steps && index >= 0 && index <= last; i += 1) {
      const cell = place >> 16;
      if (!smooth) {
        if (cell >= 0 && cell < breadth) cover(pixels, index + cell * crossStride, outer, inner, alpha);
      } else {
        const far = (alpha * ((place >> 8) & 255)) >> 8;
        if (cell >= 0 && cell < breadth) cover(pixels, index + cell * crossStride, outer, inner, alpha - far);
        if (cell >= -1 && cell + 1 < breadth) cover(pixels, index + (cell + 1) * crossStride, outer, inner, far);
      }
      index += forward;
      place += slope;
    }
  }

  // The part of a line that is inside, as shares of its length; null: none.
  clipped(a, b, dx, dy) {
    let [from, to] = [0, 1];
    for (const [step, low, high] of [[dx, -a, this.width - a], [dy, -b, this.height - b]]) {
      if (step === 0) {
        if (low > 0 || high < 0) return null;
      } else {
        const [enter, leave] = step > 0 ? [low / step, high / step] : [high / step, low / step];
        from = Math.max(from, enter);
        to = Math.min(to, leave);
      }
    }
    return from < to ? [from, to] : null;
  }

  put() {
    this.context.putImageData(this.image, this.x, this.y);
  }
}

// Mixes a colour into a pixel, `alpha` of 256 parts.
function cover(pixels, at, outer, inner, alpha) {
  const below = pixels[at];
  const rest = 256 - alpha;
  const mixed = ((Math.imul(below & 0xff00ff, rest) + Math.imul(outer, alpha)) >>> 8) & 0xff00ff;
  const green = (Math.imul((below >> 8) & 0xff, rest) + Math.imul(inner, alpha)) & 0xff00;
  pixels[at] = -16777216 | mixed | green;
}
