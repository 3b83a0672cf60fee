/* From a file or a microphone to mono sound at the network's rate, or to a sentence that says why not. */
"use strict";

(() => {
  const rule = mgcTry.rule;
  const MEGABYTE = 2 ** 20;
  const USUAL = 44100;

  /* Length in seconds of the sound at an address, or null where the browser cannot tell: so a long
     file is known before all of it is decoded. */
  function lengthOf(address) {
    return new Promise((resolve) => {
      const player = new Audio();
      const done = (seconds) => {
        clearTimeout(patience);
        resolve(Number.isFinite(seconds) ? seconds : null);
      };
      const patience = setTimeout(done, 2000, null);
      player.preload = "metadata";
      player.onloadedmetadata = () => done(player.duration);
      player.onerror = () => done(null);
      player.src = address;
    });
  }

  const power = (samples) => samples.reduce((sum, x) => sum + x * x, 0);

  /* Mean of the channels, as Python takes it (mgc/audio/decoders.py): where they cancel, the first loud one. */
  function mono(buffer, name) {
    const samples = new Float32Array(buffer.length);
    const n = buffer.numberOfChannels;
    const channels = Array.from({ length: n }, (_, channel) => buffer.getChannelData(channel));
    for (const one of channels) {
      for (let k = 0; k < samples.length; k++) samples[k] += one[k];
    }
    const block = Math.floor(rule.blockValues / n);
    for (let start = 0; n > 1 && start < samples.length; start += block) {
      const mean = samples.subarray(start, start + block);
      for (let k = 0; k < mean.length; k++) mean[k] /= n;
      const parts = channels.map((one) => one.subarray(start, start + block));
      const powers = parts.map(power);
      const each = powers.reduce((sum, one) => sum + one, 0) / n;
      if (power(mean) < rule.cancelled * each) mean.set(parts[powers.findIndex((one) => one > Math.max(...powers) / 2)]);
    }
    if (!samples.every(Number.isFinite)) {
      throw new mgcTry.Problem(`${name} holds samples that are not finite; repair it or choose another.`);
    }
    return samples;
  }

  /* What decodes at a rate: the file's own, so that the browser converts nothing. */
  function context(rate) {
    try {
      return new OfflineAudioContext(1, 1, rate);
    } catch {
      return new OfflineAudioContext(1, 1, USUAL); // a rate that this browser does not do
    }
  }

  /* The sound of a file, which can be played at `address`; `name` is for messages. */
  async function decode(blob, name, address) {
    if (blob.size === 0) throw new mgcTry.Problem(`${name} is empty: it holds no bytes. Choose another file.`);
    if (blob.size > rule.mostMegabytes * MEGABYTE) {
      throw new mgcTry.Problem(
        `${name} is too large for a page: at most ${rule.mostMegabytes} MB. Cut it, or use mgc predict, which has no limit.`,
      );
    }
    const seconds = await lengthOf(address);
    if (seconds > rule.mostMinutes * 60) {
      throw new mgcTry.Problem(
        `${name} lasts longer than ${rule.mostMinutes} minutes. Cut it, or use mgc predict, which has no limit.`,
      );
    }
    const bytes = await blob.arrayBuffer();
    const rate = mgcTry.rateOf(bytes) ?? USUAL;
    let buffer;
    try {
      buffer = await context(rate).decodeAudioData(bytes);
    } catch (error) {
      throw new mgcTry.Problem(
        `${name} cannot be decoded: it is no audio, damaged, or in a format that this browser does not`
        + " know. MP3, WAV, FLAC and Ogg work in most browsers.",
        error,
      );
    }
    const sound = mgcTry.resampled(mono(buffer, name), buffer.sampleRate);
    if (sound.length < rule.leastSamples) {
      throw new mgcTry.Problem(
        `${name} is too short: ${(sound.length / rule.rate).toFixed(1)} s. The network needs at least`
        + ` ${rule.leastSamples / rule.rate} s.`,
      );
    }
    return sound;
  }

  /* Record from the microphone: {done: promise of a blob, stop}. `tell` gets the seconds so far. */
  async function record(seconds, tell) {
    if (!navigator.mediaDevices || !window.MediaRecorder) {
      throw new mgcTry.Problem(
        "This browser gives pages at this address no microphone. It does so at addresses that begin with https.",
      );
    }
    let stream;
    try {
      // The browser's own filters are made for speech and would eat the music.
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
    } catch (error) {
      const denied = error.name === "NotAllowedError";
      throw new mgcTry.Problem(
        denied
          ? "The browser did not allow the microphone. Allow it beside the page's address, then try again."
          : "There is no microphone that works. Connect one, then try again.",
        error,
      );
    }
    const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 256000 });
    const pieces = [];
    const begin = performance.now();
    const clock = setInterval(() => tell((performance.now() - begin) / 1000), 200);
    const end = setTimeout(() => recorder.stop(), (seconds + 0.2) * 1000);
    const done = new Promise((resolve, reject) => {
      recorder.ondataavailable = (event) => pieces.push(event.data);
      recorder.onerror = () => reject(new mgcTry.Problem("The recording broke off. Try again."));
      recorder.onstop = () => {
        clearInterval(clock);
        clearTimeout(end);
        for (const track of stream.getTracks()) track.stop();
        resolve(new Blob(pieces, { type: recorder.mimeType }));
      };
    });
    recorder.start();
    return { done, stop: () => recorder.state === "recording" && recorder.stop() };
  }

  Object.assign(mgcTry, { decode, record });
})();
