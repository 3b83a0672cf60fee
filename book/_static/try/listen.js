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

  /* First columns of the crops of a picture, and probabilities of the genres in each [crops][10]. */
  async function ask(picture) {
    const { ort, session } = await ready();
    const { starts, data } = mgcTry.crops(picture, rule.width);
    const shape = [starts.length, 1, rule.bins, rule.width];
    const answer = await session.run({ [rule.input]: new ort.Tensor("float32", data, shape) });
    const flat = answer[rule.output].data;
    const crops = starts.map((_, crop) => {
      const row = Array.from(flat.subarray(crop * rule.genres, (crop + 1) * rule.genres));
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((p) => p / sum);
    });
    return { starts, crops };
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

  /* What the network says of one window: {start, duration, heard, audible, at, picture, starts, crops, probabilities};
     it sees what is heard, and `at` gives the second of a column that it saw. */
  async function part(samples, start) {
    const picture = mgcTry.draw(samples);
    const steps = audible(samples);
    const places = Uint32Array.from(samples.keys()).filter((k) => steps[Math.floor(k / rule.step)]);
    const duration = samples.length / rule.rate;
    const found = { start, duration, heard: places.length / rule.rate, audible: steps, picture };
    if (places.length < rule.leastSamples) {
      return { ...found, starts: [], crops: [], probabilities: Array(rule.genres).fill(NaN) };
    }
    const whole = places.length === samples.length;
    const seen = whole ? picture : mgcTry.draw(Float32Array.from(places, (k) => samples[k]));
    const { starts, crops } = await ask(seen);
    const at = (column) => {
      const place = Math.floor((column / seen.columns) * places.length);
      return start + (place < places.length ? places[place] : places.at(-1) + 1) / rule.rate;
    };
    return { ...found, at, starts, crops, probabilities: mean(crops) };
  }

  /* The answer for all windows so far: {parts, duration, probabilities, verdict}. */
  function whole(parts) {
    const heard = parts.filter((one) => one.crops.length);
    const total = heard.reduce((sum, one) => sum + one.heard, 0);
    const probabilities = Array.from({ length: rule.genres }, (_, k) =>
      heard.reduce((sum, one) => sum + one.probabilities[k] * one.heard, 0) / total);
    const sure = Math.max(...probabilities) >= rule.sureFrom;
    const verdict = heard.length ? (sure ? "sure" : "unsure") : "silent";
    return { parts, duration: parts.reduce((sum, one) => sum + one.duration, 0), probabilities, verdict };
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

  Object.assign(mgcTry, { ready, example, listen });
})();
