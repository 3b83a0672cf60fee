/* From a waveform to the crops that the network reads: mgc/features/archive_picture.py and mgc/inference/classifier.py again,
   in the same double precision. The numbers of the rule come from Python (data.js). */
"use strict";

(() => {
  const rule = mgcTry.rule;
  const half = rule.nFft / 2;

  /* Tukey window of shape 0.25, periodic, as scipy.signal.windows.tukey(n, 0.25, sym=False). */
  function tukey(n, shape) {
    const rise = Math.floor((shape * n) / 2);
    return Float64Array.from({ length: n }, (_, k) => {
      if (k <= rise) return 0.5 * (1 + Math.cos(Math.PI * (-1 + (2 * k) / shape / n)));
      if (k < n - rise) return 1;
      return 0.5 * (1 + Math.cos(Math.PI * (-2 / shape + 1 + (2 * k) / shape / n)));
    });
  }

  const taper = tukey(rule.nFft, 0.25);
  const cosine = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / rule.nFft));
  const sine = Float64Array.from({ length: half }, (_, k) => -Math.sin((2 * Math.PI * k) / rule.nFft));
  const bits = Math.log2(rule.nFft);
  const swapped = Uint16Array.from({ length: rule.nFft }, (_, k) => {
    let turned = 0;
    for (let b = 0; b < bits; b++) turned |= ((k >> b) & 1) << (bits - 1 - b);
    return turned;
  });

  /* Fourier transform in place, radix 2; the input stands in bit-reversed order. */
  function transform(re, im) {
    for (let size = 2; size <= rule.nFft; size *= 2) {
      const reach = size / 2;
      const stride = rule.nFft / size;
      for (let start = 0; start < rule.nFft; start += size) {
        for (let k = 0; k < reach; k++) {
          const a = start + k;
          const b = a + reach;
          const c = cosine[k * stride];
          const s = sine[k * stride];
          const x = re[b] * c - im[b] * s;
          const y = re[b] * s + im[b] * c;
          re[b] = re[a] - x;
          im[b] = im[a] - y;
          re[a] += x;
          im[a] += y;
        }
      }
    }
  }

  /* Power of each frame [frames × bins], without the highest bin and the last frame. */
  function power(samples) {
    const frames = Math.floor((samples.length - rule.nFft) / rule.hop);
    const found = new Float64Array(frames * rule.bins);
    const re = new Float64Array(rule.nFft);
    const im = new Float64Array(rule.nFft);
    for (let frame = 0; frame < frames; frame++) {
      const first = frame * rule.hop;
      let mean = 0;
      for (let k = 0; k < rule.nFft; k++) mean += samples[first + k];
      mean /= rule.nFft;
      for (let k = 0; k < rule.nFft; k++) re[swapped[k]] = (samples[first + k] - mean) * taper[k];
      im.fill(0);
      transform(re, im);
      for (let bin = 0; bin < rule.bins; bin++) {
        const both = bin === 0 ? 1 : 2;
        found[frame * rule.bins + bin] = both * (re[bin] * re[bin] + im[bin] * im[bin]);
      }
    }
    return { frames, found };
  }

  /* Log-spectrogram in grey levels: {columns, levels}, levels [bins × columns], low bins first. */
  function draw(samples) {
    const { frames, found } = power(samples);
    let weakest = Infinity;
    let strongest = 0;
    for (const p of found) {
      if (p > 0 && p < weakest) weakest = p;
      if (p > strongest) strongest = p;
    }
    const whole = Math.floor((rule.clipSamples - rule.nFft) / rule.hop);
    const columns = Math.ceil((frames * rule.clipColumns) / whole);
    const levels = new Uint8Array(rule.bins * columns);
    if (!(weakest < strongest)) return { columns, levels };
    const scale = 256 / Math.log(strongest / weakest);
    for (let column = 0; column < columns; column++) {
      const frame = Math.floor((column + 1) * (frames / columns) - 1e-9);
      for (let bin = 0; bin < rule.bins; bin++) {
        const p = Math.max(found[frame * rule.bins + bin], weakest);
        levels[bin * columns + column] = Math.min(Math.log(p / weakest) * scale, 255);
      }
    }
    return { columns, levels };
  }

  /* Nearest whole number, halves to the even one, as NumPy rounds. */
  function rint(x) {
    const below = Math.floor(x);
    if (x - below !== 0.5) return Math.round(x);
    return below % 2 ? below + 1 : below;
  }

  /* First columns of crops that overlap by about half and reach both ends. */
  function starts(columns, width) {
    if (width >= columns) return [0];
    const count = 1 + Math.ceil((columns - width) / (width / 2));
    return Array.from({ length: count }, (_, k) => rint(k * ((columns - width) / (count - 1))));
  }

  /* Crops of a picture, standardised over the whole picture: {starts, data [crops × bins × width]}. */
  function crops(picture, width) {
    // Only 256 values occur, so each is scaled once; fround where Python computes in float32.
    const counts = new Float64Array(256);
    for (const level of picture.levels) counts[level] += 1;
    const step = Math.fround(80 / 255);
    const value = Float64Array.from({ length: 256 }, (_, k) => Math.fround(Math.fround(k * step) - 80));
    let mean = 0;
    let variance = 0;
    for (let k = 0; k < 256; k++) mean += (counts[k] * value[k]) / picture.levels.length;
    for (let k = 0; k < 256; k++) variance += (counts[k] * (value[k] - mean) ** 2) / picture.levels.length;
    const spread = variance > 0 ? Math.sqrt(variance) : 1;
    const scaled = Float32Array.from(value, (v) => (v - mean) / spread);
    const first = starts(picture.columns, width);
    const data = new Float32Array(first.length * rule.bins * width);
    let next = 0;
    for (const start of first) {
      for (let bin = 0; bin < rule.bins; bin++) {
        for (let k = 0; k < width; k++) {
          data[next++] = scaled[picture.levels[bin * picture.columns + start + k]];
        }
      }
    }
    return { starts: first, data };
  }

  Object.assign(mgcTry, { draw, crops });
})();
