/* "Hear the features": one clip at a time, with a line that follows the sound through its pictures.

   The pictures and the players stand in the page (see tools/pages/content/hear.py); this script replaces the
   browser's controls by a button, a slider and the pictures themselves. */

(() => {
  "use strict";

  const LENGTH = 30; // seconds of every clip
  const STEP = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5 };
  const FLASH = 0.12; // seconds for which the dot shows a beat
  const PITCHES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
  const ICONS = { play: "M6 4v16l14-8z", pause: "M6 4h4v16H6zM14 4h4v16h-4z" };
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  function el(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  class Clip {
    constructor(section, pause) {
      this.section = section;
      this.pauseOthers = pause;
      this.name = section.dataset.genre;
      this.heard = section.dataset.heard.split(" ").filter(Boolean).map(Number);
      this.pitch = section.dataset.pitch;
      this.audio = section.querySelector("audio");
      this.stage = section.querySelector(".hear-stage");
      this.pitches = [...section.querySelectorAll(".hear-chroma .hear-axis span")];
      this.wanted = 0;
      this.build();
    }

    build() {
      const { audio, stage } = this;
      audio.removeAttribute("controls");
      audio.hidden = true;
      this.play = el("button", { type: "button", class: "hear-play" });
      this.play.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS.play}"/></svg>`;
      this.now = el("b", { class: "hear-now" });
      this.dot = el("i", { class: "hear-dot", "aria-hidden": "true" });
      this.beat = el("span");
      this.note = el("b", { class: "hear-note-name" });
      const readout = el("p", { class: "hear-readout" }, this.now,
        el("span", {}, this.dot, this.beat), el("span", {}, "strongest pitch class ", this.note));
      this.fault = el("p", { class: "hear-fault", role: "alert" });
      audio.before(el("div", { class: "hear-player" }, this.play, readout), this.fault);
      this.slider = el("input", {
        type: "range", min: 0, max: LENGTH, step: 0.01, value: 0,
        "aria-label": `Position in the ${this.name} clip`,
      });
      stage.append(el("div", { class: "hear-seek" }, this.slider));

      this.play.addEventListener("click", () => this.toggle());
      this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
      this.slider.addEventListener("keydown", (event) => this.key(event));
      for (const plot of stage.querySelectorAll(".hear-plot")) this.follow(plot);
      for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.state());
      for (const name of ["timeupdate", "seeked"]) audio.addEventListener(name, () => this.show());
      audio.addEventListener("error", () => this.complain());
      this.state();
      this.show();
    }

    /** Seconds that the line stands at: those of the sound, or those asked for before it loads. */
    get time() {
      return this.audio.readyState ? this.audio.currentTime : this.wanted;
    }

    toggle() {
      if (this.audio.paused) this.start();
      else this.audio.pause();
    }

    async start() {
      this.pauseOthers(this);
      if (this.time >= LENGTH - 0.05) this.seek(0);
      await this.load();
      try {
        await this.audio.play();
      } catch (error) {
        if (error.name !== "AbortError") this.complain();
      }
    }

    /** Fetch the clip whole, once: then every place in it can be sought, whatever the server. */
    load() {
      this.loaded ??= (async () => {
        if (location.protocol.startsWith("http")) {
          try {
            const answer = await fetch(this.audio.src);
            if (answer.ok) this.audio.src = URL.createObjectURL(await answer.blob());
          } catch {
            // The address that the page names serves too; only seeking may be limited.
          }
        }
        if (!this.audio.readyState) {
          const ready = new Promise((done) => {
            this.audio.addEventListener("loadedmetadata", done, { once: true });
            this.audio.addEventListener("error", done, { once: true });
          });
          this.audio.preload = "auto";
          this.audio.load();
          await ready;
        }
        if (this.wanted) this.audio.currentTime = this.wanted;
      })();
      return this.loaded;
    }

    seek(seconds) {
      this.wanted = Math.min(LENGTH, Math.max(0, seconds));
      if (this.audio.readyState) this.audio.currentTime = this.wanted;
      this.show(true);
    }

    key(event) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key in STEP) this.seek(this.time + STEP[event.key]);
      else if (event.key === "Home") this.seek(0);
      else if (event.key === "End") this.seek(LENGTH);
      else if (event.key === " ") this.toggle();
      else return;
      event.preventDefault();
      event.stopPropagation(); // the theme turns pages with the arrow keys
    }

    /** A press on a picture seeks; a pressed pointer drags the line. */
    follow(plot) {
      const at = (event) => {
        const box = plot.getBoundingClientRect();
        this.seek((LENGTH * (event.clientX - box.left)) / box.width);
      };
      plot.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        event.preventDefault();
        plot.setPointerCapture(event.pointerId);
        at(event);
      });
      plot.addEventListener("pointermove", (event) => {
        if (plot.hasPointerCapture(event.pointerId)) at(event);
      });
    }

    state() {
      const playing = !this.audio.paused && !this.audio.ended;
      this.play.querySelector("path").setAttribute("d", playing ? ICONS.pause : ICONS.play);
      this.play.setAttribute("aria-label", `${playing ? "Pause" : "Play"} the ${this.name} clip`);
      this.wanted = this.time;
      if (playing) this.frame();
    }

    /** While the sound plays, every frame of the screen; in jumps where less motion is wanted. */
    frame() {
      if (this.audio.paused || this.audio.ended) return;
      this.show();
      requestAnimationFrame(() => this.frame());
    }

    show(exact = false) {
      const { audio, time } = this;
      const moving = !audio.paused && !exact;
      const shown = moving && still.matches ? Math.floor(time) : time;
      if (shown === this.shown) return;
      this.shown = shown;
      this.stage.style.setProperty("--at", shown / LENGTH);
      this.slider.value = shown;
      this.slider.setAttribute("aria-valuetext", `${shown.toFixed(1)} seconds of ${LENGTH}`);
      this.now.textContent = `${shown.toFixed(1)} s of ${LENGTH} s`;
      const beats = this.heard.filter((one) => one <= shown);
      this.beat.textContent = `beat ${beats.length} of ${this.heard.length}`;
      const beating = moving && !still.matches && beats.length && shown - beats.at(-1) < FLASH;
      this.dot.classList.toggle("hear-on", Boolean(beating));
      const frame = Math.min(this.pitch.length - 1, Math.round((shown / LENGTH) * (this.pitch.length - 1)));
      const pitch = parseInt(this.pitch[frame], 16);
      this.note.textContent = PITCHES[pitch];
      this.pitches.forEach((label, number) => label.classList.toggle("hear-on", number === pitch));
    }

    complain() {
      if (!this.audio.error) return;
      this.fault.textContent = "This browser cannot play the clip: it is an Ogg Vorbis file.";
    }
  }

  function start(place) {
    const sections = [...place.querySelectorAll(".hear-clip")];
    const pauseOthers = (mine) => clips.forEach((clip) => clip !== mine && clip.audio.pause());
    const clips = sections.map((section) => new Clip(section, pauseOthers));
    const genres = el("fieldset", { class: "hear-genres" }, el("legend", {}, "Genre"));
    const inputs = sections.map((section) => {
      const input = el("input", { type: "radio", name: "hear-genre", value: section.id });
      const label = el("label", {}, input, el("span", {}, section.dataset.genre));
      label.style.setProperty("--genre", section.style.getPropertyValue("--genre"));
      input.addEventListener("change", () => {
        history.replaceState(null, "", `#${section.id}`);
        choose(section.id);
      });
      genres.append(label);
      return input;
    });
    function choose(id) {
      const chosen = sections.find((section) => section.id === id) ?? sections[0];
      sections.forEach((section, number) => {
        section.classList.toggle("hear-shown", section === chosen);
        inputs[number].checked = section === chosen;
        if (section !== chosen) clips[number].audio.pause();
      });
    }
    place.prepend(genres);
    place.classList.add("hear-ready");
    choose(location.hash.slice(1));
    window.addEventListener("hashchange", () => {
      if (sections.some((section) => `#${section.id}` === location.hash)) choose(location.hash.slice(1));
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const place = document.getElementById("mgc-hear");
    if (place) start(place);
  });
})();
