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

  /* Whether samples hold no sound: their standard deviation is next to nothing. */
  function silent(samples) {
    let sum = 0;
    for (const x of samples) sum += x;
    const middle = sum / samples.length;
    let spread = 0;
    for (const x of samples) spread += (x - middle) ** 2;
    return Math.sqrt(spread / samples.length) < rule.silence;
  }

  /* What the network says of one window: {start, duration, picture, starts, crops, probabilities}. */
  async function part(samples, start) {
    const picture = mgcTry.draw(samples);
    const { starts, crops } = silent(samples) ? { starts: [], crops: [] } : await ask(picture);
    const probabilities = crops.length ? mean(crops) : Array(rule.genres).fill(1 / rule.genres);
    return { start, duration: samples.length / rule.rate, picture, starts, crops, probabilities };
  }

  /* The answer for all windows so far: {parts, duration, probabilities, verdict}. */
  function whole(parts) {
    const sounding = parts.filter((one) => one.crops.length);
    const heard = sounding.length ? sounding : parts.slice(0, 1);
    const total = heard.reduce((sum, one) => sum + one.duration, 0);
    const probabilities = heard[0].probabilities.map((_, k) =>
      heard.reduce((sum, one) => sum + one.probabilities[k] * one.duration, 0) / total);
    const sure = Math.max(...probabilities) >= rule.sureFrom;
    const verdict = sounding.length ? (sure ? "sure" : "unsure") : "silent";
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
