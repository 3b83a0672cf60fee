/* The network in the browser: load it once, then ask it about one window of samples after the other,
   as mgc/inference/classifier.py does. Nothing is fetched but scripts that lie beside this one: they also load
   from file://, where a page may not read other files. */
"use strict";

(() => {
  const here = document.currentScript.src.replace(/[^/]*$/, "");
  const rule = mgcTry.rule;
  let loading = null;

  /* Run a script of this folder; it leaves its content in mgcTry.packed[name]. */
  function script(name) {
    return new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = `${here}${name}.js`;
      element.onload = resolve;
      element.onerror = () => reject(new mgcTry.Problem(
        `A part of this page is missing (${name}.js). Check the connection and load the page again.`,
      ));
      document.head.append(element);
    });
  }

  /* Bytes that were packed as base64. */
  function bytesOf(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let k = 0; k < raw.length; k++) bytes[k] = raw.charCodeAt(k);
    return bytes;
  }

  async function unpacked(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  async function packed(name) {
    if (!mgcTry.packed[name]) await script(name);
    const content = mgcTry.packed[name];
    delete mgcTry.packed[name];
    return content;
  }

  async function load() {
    if (!window.WebAssembly || !window.DecompressionStream) {
      throw new mgcTry.Problem("This browser is too old for the network. Any browser of 2023 or later will do.");
    }
    const [runtime, network] = await Promise.all([packed("runtime"), packed("network")]);
    const [program, graph] = await Promise.all([
      unpacked(bytesOf(runtime.wasm)),
      unpacked(bytesOf(network)),
    ]);
    const address = URL.createObjectURL(new Blob([runtime.module], { type: "text/javascript" }));
    try {
      const ort = await import(address);
      // One thread needs no headers of the host; more would.
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmBinary = program.buffer;
      ort.env.logLevel = "error";
      const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
      return { ort, session };
    } catch (error) {
      throw new mgcTry.Problem(
        "This browser does not let the page start the network. A policy against WebAssembly, or a"
        + " very strict setting for private browsing, can be the reason; another browser may do.",
        error,
      );
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  /* Load the runtime and the network; again only after a failure. */
  function ready() {
    loading ??= load().catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  }

  /* Content of a packed sound, as the bytes of a file. */
  const example = async (name) => bytesOf(await packed(name));

  /* Nearest whole number, halves to the even one, as NumPy rounds. */
  function rint(x) {
    const below = Math.floor(x);
    if (x - below !== 0.5) return Math.round(x);
    return below % 2 ? below + 1 : below;
  }

  /* First frames of the crops (mgc/inference/tag_network.py): evenly from the first sound to the last. */
  function startsOf(frames) {
    const count = Math.max(1, rint((rule.crops * frames * rule.hop) / rule.windowSamples));
    const room = frames - rule.width;
    return Array.from({ length: count }, (_, k) => rint(count > 1 ? (k * room) / (count - 1) : room / 2));
  }

  /* What the network says of samples: {starts, crops, tags, music, mel}, the first three crop by crop. */
  async function ask(samples) {
    const { ort, session } = await ready();
    const starts = startsOf(1 + Math.floor(samples.length / rule.hop));
    const answer = await session.run({
      samples: new ort.Tensor("float32", samples, [samples.length]),
      starts: new ort.Tensor("int32", Int32Array.from(starts), [starts.length]),
    });
    const rows = (name, width) => starts.map((_, k) => Array.from(answer[name].data.subarray(k * width, (k + 1) * width)));
    const crops = rows("genres", rule.genres).map((row) => {
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((p) => p / sum);
    });
    const music = rows("music", 1).reduce((sum, [p]) => sum + p, 0) / starts.length;
    return { starts, crops, tags: mean(rows("tags", rule.tags.length)), music, mel: answer.mel.data };
  }

  /* Spectrogram of a window in grey levels, {columns, levels}: low bands first, dark where nothing is heard. */
  function draw(length, places, mel) {
    const columns = 1 + Math.floor(length / rule.hop);
    const levels = new Uint8Array(rule.bins * columns);
    for (let frame = 0; frame < mel.length / rule.bins; frame++) {
      const column = Math.floor(places[Math.min(frame * rule.hop, places.length - 1)] / rule.hop);
      for (let band = 0; band < rule.bins; band++) {
        levels[band * columns + column] = Math.min(255, mel[frame * rule.bins + band] * (255 / rule.loudest));
      }
    }
    return { columns, levels };
  }

  const mean = (rows) => rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);

  /* Which steps of samples are heard (mgc/audio/loudness.py): power after two filters, rests below a second. */
  function audible(samples) {
    const state = rule.kWeighting.map(() => [0, 0]);
    const heard = Array(Math.ceil(samples.length / rule.step)).fill(true);
    let silent = 0;
    for (let step = 0; step < heard.length; step++) {
      const end = Math.min(samples.length, (step + 1) * rule.step);
      let power = 0;
      for (let k = step * rule.step; k < end; k++) {
        let x = samples[k] - samples[0];
        rule.kWeighting.forEach(([b0, b1, b2, , a1, a2], i) => {
          const z = state[i];
          const y = b0 * x + z[0];
          z[0] = b1 * x - a1 * y + z[1];
          z[1] = b2 * x - a2 * y;
          x = y;
        });
        power += x * x;
      }
      const soft = -0.691 + 10 * Math.log10(power / (end - step * rule.step)) < rule.gate;
      silent = soft ? silent + 1 : 0;
      if (silent >= rule.pauseSteps) heard.fill(false, step + 1 - silent, step + 1);
    }
    return heard;
  }

  /* What the network says of one window: {start, duration, heard, audible, at, picture, starts, crops, tags, music,
     probabilities}; it sees what is heard, and `at` gives the second of a frame that it saw. */
  async function part(samples, start) {
    const steps = audible(samples);
    const places = Uint32Array.from(samples.keys()).filter((k) => steps[Math.floor(k / rule.step)]);
    const duration = samples.length / rule.rate;
    const found = { start, duration, heard: places.length / rule.rate, audible: steps };
    if (places.length < rule.leastSamples) {
      const picture = draw(samples.length, places, []);
      return { ...found, picture, starts: [], crops: [], tags: [], music: NaN, probabilities: Array(rule.genres).fill(NaN) };
    }
    const { starts, crops, tags, music, mel } = await ask(Float32Array.from(places, (k) => samples[k]));
    const at = (frame) => {
      const place = Math.floor(frame * rule.hop);
      return start + (place < places.length ? places[place] : places.at(-1) + 1) / rule.rate;
    };
    const picture = draw(samples.length, places, mel);
    return { ...found, at, picture, starts, crops, tags, music, probabilities: mean(crops) };
  }

  /* sure, unsure (as likely wrong as right), none (of these) or silent. */
  function verdict({ crops, music, probabilities }) {
    if (!crops.length) return "silent";
    if (music < rule.musicFrom) return "none";
    return Math.max(...probabilities) >= rule.sureFrom ? "sure" : "unsure";
  }

  /* The answer for all windows so far: {parts, duration, probabilities, tags, music, verdict}. */
  function whole(parts) {
    const heard = parts.filter((one) => one.crops.length);
    const total = heard.reduce((sum, one) => sum + one.heard, 0);
    const over = (value) => heard.reduce((sum, one) => sum + value(one) * one.heard, 0) / total;
    const probabilities = Array.from({ length: rule.genres }, (_, k) => over((one) => one.probabilities[k]));
    const tags = heard.length ? rule.tags.map((_, k) => over((one) => one.tags[k])) : [];
    const said = { crops: heard, probabilities, tags, music: over((one) => one.music) };
    return { parts, ...said, duration: parts.reduce((sum, one) => sum + one.duration, 0), verdict: verdict(said) };
  }

  /* Answer for a sound, window by window; each step is handed to `tell`, which may stop it. */
  async function listen(sound, tell) {
    const length = rule.windowSamples;
    const parts = [];
    for (let start = 0; sound.length - start >= rule.leastSamples; start += length) {
      parts.push(await part(sound.window(start, length), start / rule.rate));
      if (tell(whole(parts)) === false) break;
      await new Promise((resume) => setTimeout(resume)); // the page stays alive between windows
    }
    return whole(parts);
  }

  Object.assign(mgcTry, { ready, example, listen, verdict });
})();
