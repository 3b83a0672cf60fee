/* The page Try your own music: a file, a recording or an example goes in, an answer comes out. */
"use strict";

(() => {
  const root = document.getElementById("mgc-try");
  const find = (name) => root.querySelector(`.try-${name}`);
  const file = find("file");
  const button = find("record");
  let turn = 0; // of the last sound that was given; an earlier one gives up when it sees another
  let recording = null;

  function state(name, status, problem = "") {
    root.dataset.state = name;
    find("status").textContent = status;
    find("problem").textContent = problem;
  }

  /* Run one attempt; whatever goes wrong becomes a sentence. */
  async function attempt(work) {
    turn += 1;
    const mine = turn;
    const current = () => mine === turn;
    recording?.stop();
    recording = null;
    try {
      await work(current);
    } catch (error) {
      if (!current()) return;
      if (!(error instanceof mgcTry.Problem)) console.error(error);
      const text = error instanceof mgcTry.Problem
        ? error.message
        : "Something went wrong that this page does not know. Load it again, or try another file.";
      state("problem", "", text);
    }
  }

  async function listen(blob, name, current) {
    const begin = performance.now();
    const player = find("player");
    const address = URL.createObjectURL(blob);
    player.pause();
    state("decoding", `Reading ${name}…`);
    const sound = await mgcTry.decode(blob, name, address);
    if (!current()) return;
    state("loading", "Waking the network up…");
    await mgcTry.ready();
    if (!current()) return;
    if (player.src) URL.revokeObjectURL(player.src);
    player.src = address;
    player.hidden = false;
    const length = sound.length / mgcTry.rule.rate;
    state("listening", `Listening to ${name}…`);
    let took = null;
    const said = await mgcTry.listen(sound, (sofar) => {
      if (!current()) return false;
      took ??= performance.now() - begin;
      if (sofar.duration < length - mgcTry.rule.leastSamples / mgcTry.rule.rate) {
        mgcTry.show(sofar, name, false);
        state("listening", `Listening to ${name}: ${mgcTry.clock(sofar.duration)} of ${mgcTry.clock(length)}`);
      }
      return true;
    });
    if (!current()) return;
    mgcTry.show(said, name, true);
    root.dataset.took = Math.round(took);
    state("done", `First answer after ${(took / 1000).toFixed(1)} s, on your own machine.`);
    const spoken = document.createElement("span"); // who sees the page has read it already
    spoken.className = "try-spoken";
    spoken.textContent = `${find("verdict").textContent}. `;
    find("status").prepend(spoken);
  }

  const given = (blob, name) => attempt((current) => listen(blob, name, current));

  async function record(current) {
    const seconds = mgcTry.rule.recordSeconds;
    state("recording", "Allow the microphone…");
    const started = await mgcTry.record(seconds, (now) => {
      if (current()) find("status").textContent = `Recording: ${Math.min(seconds, Math.floor(now))} of ${seconds} s`;
    });
    if (!current()) {
      started.stop();
      return;
    }
    recording = started;
    button.textContent = "Stop and listen";
    try {
      const blob = await started.done;
      if (!current()) return;
      recording = null;
      await listen(blob, "Your recording", current);
    } finally {
      button.textContent = button.dataset.text;
    }
  }

  function wire() {
    button.dataset.text = button.textContent;
    button.addEventListener("click", () => {
      if (recording) recording.stop();
      else attempt(record);
    });
    file.addEventListener("change", () => {
      const [chosen] = file.files;
      if (chosen) given(chosen, chosen.name);
      file.value = ""; // the same file may be chosen again
    });
    root.querySelectorAll(".try-example").forEach((one) => one.addEventListener("click", () => attempt(async (current) => {
      state("loading", "Fetching the example…");
      const bytes = await mgcTry.example(one.value);
      if (current()) await listen(new Blob([bytes], { type: "audio/ogg" }), one.dataset.name, current);
    })));
    // A drop beside the field counts, too: the browser would leave the page for the file.
    addEventListener("dragover", (event) => {
      event.preventDefault();
      root.classList.add("try-over");
    });
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) root.classList.remove("try-over");
    });
    addEventListener("drop", (event) => {
      event.preventDefault();
      root.classList.remove("try-over");
      const [dropped] = event.dataTransfer.files;
      if (dropped) given(dropped, dropped.name);
      else attempt(() => { throw new mgcTry.Problem("That was no file. Drop an audio file, or choose one."); });
    });
    // Whoever reaches for the tool will need the network: megabytes that nobody else has to load.
    const early = () => mgcTry.ready().catch(() => {});
    for (const sign of ["pointerdown", "focusin", "dragenter"]) {
      (sign === "dragenter" ? window : root).addEventListener(sign, early, { once: true });
    }
    mgcTry.connect();
    find("input").hidden = false;
    state("idle", "");
  }

  wire();
})();
