/* From any sample rate to that of the network as mgc/audio/windows.py does it, with soxr's quality HQ.
   A browser's own converter will not do: its filter cuts elsewhere. */
"use strict";

(() => {
  const rule = mgcTry.rule;
  /* A sinc under a Kaiser window, fitted to the response of soxr from 22,050 and 44,100 Hz to 16,000: cut-off as a share
     of half the lower rate, the window's shape, and half its length in samples of the lower rate. */
  const CUT = 0.956843;
  const SHAPE = 16.05;
  const REACH = 109.9;

  /* Modified Bessel function of order 0, by its series. */
  function bessel(x) {
    let sum = 1;
    let term = 1;
    for (let k = 1; term > 1e-17 * sum; k++) {
      term *= (x / (2 * k)) ** 2;
      sum += term;
    }
    return sum;
  }

  function response(t) {
    const place = t / REACH;
    if (Math.abs(place) >= 1) return 0;
    const angle = Math.PI * CUT * t;
    const sinc = Math.abs(angle) < 1e-12 ? 1 : Math.sin(angle) / angle;
    return (CUT * sinc * bessel(SHAPE * Math.sqrt(1 - place * place))) / bessel(SHAPE);
  }

  const divisor = (a, b) => (b ? divisor(b, a % b) : a);

  /* A sound that gives windows of itself at the network's rate: {length, window(start, length)}. */
  function resampled(samples, rate) {
    if (rate === rule.rate) {
      return { length: samples.length, window: (start, count) => samples.subarray(start, start + count) };
    }
    const common = divisor(rate, rule.rate);
    const up = rule.rate / common;
    const down = rate / common;
    const squeeze = Math.min(1, rule.rate / rate);
    const reach = Math.ceil(REACH / squeeze);
    const length = Math.round((samples.length * up) / down);
    const phases = new Map();

    /* Weights of the samples around an output that lies `phase` / `up` behind one of them. */
    function weights(phase) {
      if (!phases.has(phase)) {
        phases.set(phase, Float64Array.from({ length: 2 * reach + 1 }, (_, k) =>
          squeeze * response((phase / up - (k - reach)) * squeeze)));
      }
      return phases.get(phase);
    }

    function window(start, count) {
      const found = new Float32Array(Math.min(count, length - start));
      for (let k = 0; k < found.length; k++) {
        const place = (start + k) * down;
        const base = Math.floor(place / up);
        const weight = weights(place % up);
        const first = Math.max(0, base - reach);
        const last = Math.min(samples.length - 1, base + reach);
        let sum = 0;
        for (let i = first, w = first - base + reach; i <= last; i++, w++) sum += samples[i] * weight[w];
        found[k] = sum;
      }
      return found;
    }

    return { length, window };
  }

  /* Sample rate that a file names in its head, or null. */
  function rateOf(bytes) {
    const view = new DataView(bytes);
    const text = (at, n) => String.fromCharCode(...new Uint8Array(bytes, at, Math.min(n, bytes.byteLength - at)));
    const find = (word, from, to) => {
      for (let at = from; at < Math.min(to, bytes.byteLength - word.length); at++) {
        if (view.getUint8(at) === word.charCodeAt(0) && text(at, word.length) === word) return at;
      }
      return -1;
    };
    const head = 1 << 16;
    if (bytes.byteLength < 64) return null;
    if (text(0, 4) === "RIFF" || text(0, 4) === "RF64") {
      const at = find("fmt ", 12, head);
      return at < 0 ? null : view.getUint32(at + 12, true);
    }
    if (text(0, 4) === "fLaC") return (view.getUint16(18) << 4) | (view.getUint8(20) >> 4);
    if (text(0, 4) === "OggS") {
      const at = find("\x01vorbis", 0, head);
      return at < 0 ? 48000 : view.getUint32(at + 12, true); // Opus always decodes to 48,000 Hz
    }
    if (view.getUint32(0) === 0x1a45dfa3) return 48000; // WebM, with Opus in it
    if (text(4, 4) === "ftyp") {
      const at = find("mp4a", 8, bytes.byteLength - 32);
      return at < 0 ? null : view.getUint16(at + 28);
    }
    let at = 0;
    if (text(0, 3) === "ID3") {
      for (let k = 6; k < 10; k++) at = (at << 7) | (view.getUint8(k) & 0x7f);
      at += 10;
    }
    for (const end = Math.min(at + head, bytes.byteLength - 4); at < end; at++) {
      const word = view.getUint16(at);
      const choice = (view.getUint8(at + 2) >> 2) & 3;
      const version = (word >> 3) & 3;
      if ((word & 0xffe0) === 0xffe0 && (word & 6) !== 0 && version !== 1 && choice !== 3) {
        return [44100, 48000, 32000][choice] / { 3: 1, 2: 2, 0: 4 }[version]; // MPEG 1, 2 and 2.5
      }
    }
    return null;
  }

  Object.assign(mgcTry, { resampled, rateOf });
})();
