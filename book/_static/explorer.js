/* The confusion explorer: draws what explorer-data.js (see tools/pages/content/explorer.py) holds.

   State is a view (edition, protocol, recipe), a group of fits (a model), a seed or "all", and a
   cell. It stands in the address after #, so that a view can be linked. */

(() => {
  "use strict";

  const SHOWN = 12; // tracks of a cell before "show all"

  /** Make an element: attributes, then children; text is never read as HTML. */
  function el(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === false || value === null || value === undefined) continue;
      if (key === "text") node.textContent = value;
      else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  }

  /** Read the text that `pack` of tools/pages/content/explorer.py writes. */
  function unpack(text, alphabet, single) {
    const numbers = [];
    for (let at = 0; at < text.length; at++) {
      const place = alphabet.indexOf(text[at]);
      if (place < single) numbers.push(place);
      else numbers.push(single + (place - single) * alphabet.length + alphabet.indexOf(text[++at]));
    }
    return numbers;
  }

  const many = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
  const share = (count, total) => (total ? `${Math.round((100 * count) / total)} %` : "–");

  class Explorer {
    constructor(data, place) {
      this.data = data;
      this.place = place;
      this.size = data.genres.length;
      this.cell = null;
      this.build();
      this.read();
      window.addEventListener("hashchange", () => this.read());
    }

    get view() {
      return this.data.views[this.state.view];
    }

    get group() {
      return this.data.groups[this.state.group];
    }

    get edition() {
      return this.data.editions[this.view.edition];
    }

    get fits() {
      const { seed } = this.state;
      return this.group.seeds.filter((one) => seed === "all" || String(one.seed) === seed);
    }

    get unit() {
      return this.view.segments ? "piece" : "track";
    }

    /* ---- state and address ---- */

    /** Take the state from the address; what it does not name, or names wrongly, is chosen. */
    read() {
      const wanted = new URLSearchParams(location.hash.slice(1));
      const { start } = this.data;
      const known = wanted.has("protocol") || wanted.has("model") || wanted.has("edition");
      this.state = { view: start.view, group: start.group, seed: "all", cell: null };
      if (known) {
        this.state.view = this.nearest({
          edition: wanted.get("edition") ?? this.edition.name,
          protocol: wanted.get("protocol") ?? this.view.protocol,
          variant: wanted.get("variant") ?? this.view.variant,
        });
        this.state.group = this.nearestGroup(wanted.get("model") ?? this.data.groups[start.group].model);
        const seed = wanted.get("seed");
        if (this.group.seeds.some((one) => String(one.seed) === seed)) this.state.seed = seed;
        const cell = (wanted.get("cell") ?? "").split(".").map((name) => this.data.genres.indexOf(name));
        if (cell.length === 2 && cell.every((one) => one >= 0)) this.state.cell = cell;
      }
      this.draw();
    }

    /** Write the state to the address without a new entry in the history. */
    write() {
      const { edition, view, group, state } = this;
      const parts = {
        edition: edition.name,
        protocol: view.protocol,
        variant: view.variant,
        model: group.model,
        seed: state.seed,
      };
      if (state.cell) parts.cell = state.cell.map((one) => this.data.genres[one]).join(".");
      const hash = `#${new URLSearchParams(parts)}`;
      try {
        history.replaceState(null, "", hash);
      } catch {
        location.replace(hash); // some browsers forbid the first for files
      }
    }

    /** Position of the view that agrees in most; the edition counts most, then the protocol. */
    nearest({ edition, protocol, variant }) {
      let best = 0;
      let score = -1;
      this.data.views.forEach((view, number) => {
        const same =
          4 * (this.data.editions[view.edition].name === edition) +
          2 * (view.protocol === protocol) +
          (view.variant === variant);
        if (same > score) [best, score] = [number, same];
      });
      return best;
    }

    nearestGroup(model) {
      const { groups } = this.view;
      return groups.find((one) => this.data.groups[one].model === model) ?? groups[0];
    }

    change(part) {
      const model = this.group.model;
      Object.assign(this.state, part);
      if (!this.view.groups.includes(this.state.group)) this.state.group = this.nearestGroup(model);
      if (!this.fits.length) this.state.seed = "all";
      this.write();
      this.draw();
    }

    /* ---- counting ---- */

    /** Track and named genre of each tested unit of the fits that are shown. */
    *decisions(fits = this.fits) {
      for (const fit of fits) {
        const part = this.data.units[fit.units];
        let track = 0;
        let at = 0;
        for (let i = 0; i < part.steps.length; i++) {
          track += part.steps[i];
          const each = Array.isArray(part.each) ? part.each[i] : part.each;
          for (let unit = 0; unit < each; unit++) yield [track, Number(fit.said[at++])];
        }
      }
    }

    matrix() {
      const counts = Array.from({ length: this.size }, () => Array(this.size).fill(0));
      for (const [track, named] of this.decisions()) counts[this.edition.genre[track]][named]++;
      return counts;
    }

    /** Probabilities of a group by track, unpacked when they are first needed. */
    probabilities(group) {
      if (!group.byTrack) {
        const flat = unpack(group.p, this.data.alphabet, this.data.single);
        const tracks = new Set();
        for (const [track] of this.decisions(group.seeds)) tracks.add(track);
        group.byTrack = new Map();
        [...tracks]
          .sort((a, b) => a - b)
          .forEach((track, number) => {
            const from = flat.length === this.size ? 0 : number * this.size;
            group.byTrack.set(track, flat.slice(from, from + this.size).map((p) => p / 100));
          });
      }
      return group.byTrack;
    }

    /* ---- what stands on the page ---- */

    build() {
      this.controls = el("div", { class: "mgc-controls" });
      this.summary = el("p", { class: "mgc-summary", role: "status" });
      this.table = el("table", { class: "mgc-matrix", role: "grid", "aria-label": "Confusion matrix: rows are the true genre, columns the named one" });
      this.table.addEventListener("keydown", (event) => this.move(event));
      this.note = el("p", { class: "mgc-fits" });
      this.list = el("section", { class: "mgc-tracks", "aria-label": "Tracks of the chosen cell" });
      this.spoken = el("p", { class: "mgc-spoken", role: "status" });
      this.sources = el("details", { class: "mgc-sources" });
      this.place.replaceChildren(
        this.controls,
        this.summary,
        el("div", { class: "mgc-matrix-box" }, this.table),
        this.legend(),
        this.note,
        this.spoken,
        this.list,
        this.sources,
      );
    }

    draw() {
      this.drawControls();
      this.drawSummary();
      this.drawMatrix();
      this.drawList();
    }

    drawControls() {
      const { data, view, edition, state } = this;
      const here = (one) => one.edition === view.edition;
      const unique = (names) => [...new Map(names)].map(([value, text]) => ({ value, text }));
      const views = data.views.filter(here);
      const choices = [
        ["edition", "Data", edition.name, data.editions.map((one) => ({ value: one.name, text: one.title }))],
        ["protocol", "Protocol", view.protocol, unique(views.map((one) => [one.protocol, one.protocolTitle]))],
        ["variant", "Recipe", view.variant, views.filter((one) => one.protocol === view.protocol).map((one) => ({ value: one.variant, text: one.variantTitle }))],
        ["model", "Model", this.group.model, view.groups.map((one) => ({ value: data.groups[one].model, text: data.groups[one].title }))],
        ["seed", "Seed", state.seed, [{ value: "all", text: "All" }, ...this.group.seeds.map((one) => ({ value: String(one.seed), text: String(one.seed) }))]],
      ];
      for (const [name, title, value, options] of choices) {
        // A single protocol is still worth naming; a single recipe or seed is not a choice.
        const wanted = name === "protocol" || name === "model" || options.length > (name === "seed" ? 2 : 1);
        this.drawChoice(name, title, value, wanted ? options : []);
      }
    }

    /** One row of buttons: radio inputs, so that arrow keys and screen readers know them. */
    drawChoice(name, title, value, options) {
      let row = this.controls.querySelector(`[data-choice="${name}"]`);
      const mark = JSON.stringify(options);
      if (row && row.dataset.mark !== mark) {
        row.replaceChildren();
      } else if (!row) {
        row = el("fieldset", { "data-choice": name });
        this.controls.append(row);
      }
      row.hidden = !options.length;
      if (row.dataset.mark !== mark) {
        row.dataset.mark = mark;
        row.append(el("legend", { text: title }));
        const box = el("div", { class: "mgc-buttons" });
        for (const option of options) {
          const input = el("input", {
            type: "radio",
            name: `mgc-${name}`,
            value: option.value,
            onchange: () => this.choose(name, option.value),
          });
          box.append(el("label", {}, input, el("span", { text: option.text })));
        }
        row.append(box);
      }
      for (const input of row.querySelectorAll("input")) input.checked = input.value === value;
    }

    choose(name, value) {
      if (name === "seed") this.change({ seed: value });
      else if (name === "model") this.change({ group: this.nearestGroup(value), seed: "all" });
      else {
        const now = { edition: this.edition.name, protocol: this.view.protocol, variant: this.view.variant };
        const cell = name === "edition" ? null : this.state.cell;
        this.change({ view: this.nearest({ ...now, [name]: value }), seed: "all", cell });
      }
    }

    drawSummary() {
      const { group, state, fits } = this;
      const found = state.seed === "all" ? group.all : fits[0];
      const tracks = new Set([...this.decisions()].map(([track]) => track)).size;
      this.summary.replaceChildren(
        el("strong", { text: `${found.text} right` }),
        ` (95 % interval ${found.interval}) `,
        el("span", { text: `${group.title}, ${many(tracks, "test track")}` }),
      );
      const total = [...this.decisions()].length;
      const lines = [];
      if (fits.length > 1) lines.push(`The matrix adds up ${many(total, "decision")} of ${fits.length} fits that differ in their seed; the accuracy is their mean.`);
      if (this.view.segments) lines.push(`Each count is a piece of three seconds: ${many(total, "piece")} of ${many(tracks, "track")}.`);
      if (this.view.missing.length) lines.push(`Not fitted under this protocol and recipe: ${this.view.missing.join(", ")}.`);
      this.note.textContent = lines.join(" ");
      this.note.hidden = !lines.length;
      this.sources.replaceChildren(
        el("summary", { text: fits.length > 1 ? "Records behind this matrix" : "Record behind this matrix" }),
        el("p", {}, ...fits.flatMap((fit) => [el("code", { text: fit.fit }), ` seed ${fit.seed}. `]),
          el("code", { text: `mgc audit ${fits[0].fit}` }), " tells what such a fit was."),
      );
    }

    legend() {
      const box = el("p", { class: "mgc-legend" });
      for (const [kind, text] of [["right", "right"], ["wrong", "taken for another"]]) {
        const scale = el("span", { "aria-hidden": "true" });
        for (let level = 1; level <= this.data.levels.length; level++) scale.append(el("i", { class: kind, "data-level": level }));
        box.append(el("span", {}, scale, text));
      }
      const bounds = this.data.levels.slice(1).map((one) => Math.round(100 * one)).join(", ");
      box.append(el("span", { class: "mgc-bounds", text: `The colour grows at ${bounds} % of a row.` }));
      return box;
    }

    drawMatrix() {
      const { data, table } = this;
      const counts = this.matrix();
      const active = this.state.cell ?? this.cell ?? [0, 0];
      const hadFocus = table.contains(document.activeElement);
      const head = el("tr", {}, el("td", { class: "mgc-corner" }, el("span", { text: "true ↓" }), el("span", { text: "named →" })));
      data.labels.forEach((label) => head.append(el("th", { scope: "col" }, el("span", { text: label }))));
      head.append(el("th", { scope: "col", class: "mgc-recall" }, el("span", { text: "found" })));
      const body = el("tbody");
      counts.forEach((row, i) => {
        const total = row.reduce((sum, one) => sum + one, 0);
        const line = el("tr", {}, el("th", { scope: "row", text: data.labels[i] }));
        row.forEach((count, j) => {
          const chosen = this.state.cell && this.state.cell[0] === i && this.state.cell[1] === j;
          const said = i === j ? `${data.labels[i]}, named right` : `${data.labels[i]} named ${data.labels[j]}`;
          const button = el("button", {
            type: "button",
            "data-row": i,
            "data-column": j,
            tabindex: active[0] === i && active[1] === j ? 0 : -1,
            "aria-pressed": chosen ? "true" : "false",
            "aria-label": `${said}: ${count}, ${share(count, total)} of ${data.labels[i]}`,
            onclick: () => this.open(i, j),
            text: count,
          });
          line.append(el("td", { class: i === j ? "right" : "wrong", "data-level": this.level(count, total) }, button));
        });
        line.append(el("td", { class: "mgc-recall", text: share(row[i], total) }));
        body.append(line);
      });
      table.replaceChildren(el("thead", {}, head), body);
      this.cell = active;
      if (hadFocus) this.button(...active).focus();
    }

    level(count, total) {
      return count ? this.data.levels.filter((bound) => count / total >= bound).length : 0;
    }

    button(row, column) {
      return this.table.querySelector(`[data-row="${row}"][data-column="${column}"]`);
    }

    /** Arrow keys, Home and End move the one tab stop in the matrix. */
    move(event) {
      const last = this.size - 1;
      let [row, column] = this.cell;
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (event.altKey || event.metaKey) return;
      if (step) [row, column] = [row + step[0], column + step[1]];
      else if (event.key === "Home") [row, column] = [event.ctrlKey ? 0 : row, 0];
      else if (event.key === "End") [row, column] = [event.ctrlKey ? last : row, last];
      else return;
      event.preventDefault();
      event.stopPropagation(); // the theme turns pages with these keys
      if (row < 0 || column < 0 || row > last || column > last) return;
      this.button(...this.cell).tabIndex = -1;
      this.cell = [row, column];
      const button = this.button(row, column);
      button.tabIndex = 0;
      button.focus();
    }

    open(row, column) {
      this.cell = [row, column];
      this.change({ cell: [row, column] });
      this.spoken.textContent = `${this.list.querySelector("h2").textContent}. ${this.list.querySelector("h2 + p").textContent}`;
    }

    /* ---- the tracks of a cell ---- */

    drawList() {
      const { data, list } = this;
      this.spoken.textContent = "";
      if (!this.state.cell) {
        list.replaceChildren(el("p", { class: "mgc-hint", text: "Choose a cell to list its tracks." }));
        return;
      }
      const [row, column] = this.state.cell;
      const inside = new Map();
      const tested = new Map();
      for (const [track, named] of this.decisions()) {
        if (Number(this.edition.genre[track]) !== row) continue;
        tested.set(track, (tested.get(track) ?? 0) + 1);
        if (named === column) inside.set(track, (inside.get(track) ?? 0) + 1);
      }
      const p = this.probabilities(this.group);
      const tracks = [...inside.keys()].sort(
        (a, b) => inside.get(b) / tested.get(b) - inside.get(a) / tested.get(a) || p.get(b)[column] - p.get(a)[column] || a - b,
      );
      const total = [...inside.values()].reduce((sum, one) => sum + one, 0);
      const title = row === column ? `True ${data.labels[row]}, named right` : `True ${data.labels[row]}, named ${data.labels[column]}`;
      const counted = `${many(total, this.fits.length > 1 ? "decision" : this.unit)} on ${many(tracks.length, "track")}`;
      const averaged = [];
      if (this.view.groups.some((one) => data.groups[one].seeds.length > 1)) averaged.push("fits");
      if (this.view.segments) averaged.push("pieces");
      const means = averaged.length ? ` Probabilities are means over all ${averaged.join(" and ")}.` : "";
      const what = tracks.length
        ? `${total === tracks.length ? many(total, "track") : counted}, the surest first.${means}`
        : `${this.group.title} names no ${this.unit} of this genre so.`;
      const cards = el("ul", { class: "mgc-cards" });
      const show = (some) => some.forEach((track) => cards.append(this.card(track, inside.get(track), tested.get(track))));
      show(tracks.slice(0, SHOWN));
      list.replaceChildren(el("h2", { text: title }), el("p", { text: what }), tracks.length ? this.key() : "", cards);
      if (tracks.length > SHOWN) {
        const more = el("button", {
          type: "button",
          class: "mgc-more",
          text: `Show all ${tracks.length} tracks`,
          onclick: () => {
            show(tracks.slice(SHOWN));
            const next = cards.children[SHOWN].querySelector("h3");
            next.tabIndex = -1;
            next.focus({ preventScroll: true });
            more.remove();
          },
        });
        list.append(more);
      }
    }

    /** What the colours of the bars stand for. */
    key() {
      const key = el("ul", { class: "mgc-key", "aria-label": "Colours of the bars, from left to right" });
      this.data.labels.forEach((label, genre) => {
        const patch = el("i", { "aria-hidden": "true" });
        patch.style.setProperty("--genre", this.data.colours[genre]);
        key.append(el("li", {}, patch, label));
      });
      return key;
    }

    card(track, inside, tested) {
      const [row, column] = this.state.cell;
      const { data, edition } = this;
      const name = edition.tracks[track];
      const head = el("h3", {}, el("code", { text: name }));
      const marks = (edition.faults[track] ?? []).map(([kind, text]) => el("li", {}, el("b", { text: kind }), ` ${text}`));
      const card = el("li", { class: "mgc-card" }, head);
      if (tested > 1) {
        const what = this.view.segments ? "pieces" : "fits";
        card.append(el("p", { class: "mgc-often", text: `named ${data.labels[column]} in ${inside} of ${tested} ${what}` }));
      }
      if (marks.length) card.append(el("ul", { class: "mgc-faults", "aria-label": "Known faults" }, ...marks));
      if (edition.audio) {
        card.append(el("audio", { controls: true, preload: "none", src: `${edition.audio}${encodeURIComponent(name)}.ogg`, "aria-label": `Play ${name}` }));
      }
      const genres = row === column ? [row] : [column, row];
      const table = el("table", { class: "mgc-p" }, el("caption", { text: `Probabilities for ${name}` }),
        el("thead", {}, el("tr", {}, el("th", { scope: "col", text: "Model" }), el("td"),
          ...genres.map((genre) => el("th", { scope: "col", text: data.labels[genre] })))));
      const lines = el("tbody");
      for (const number of this.view.groups) {
        const group = data.groups[number];
        const p = this.probabilities(group).get(track);
        if (!p) continue;
        lines.append(el("tr", { class: number === this.state.group ? "mgc-own" : null },
          el("th", { scope: "row", text: group.title }),
          el("td", { class: "mgc-bar-box", "aria-hidden": "true" }, this.bar(p)),
          ...genres.map((genre) => el("td", { text: p[genre].toFixed(2) }))));
      }
      table.append(lines);
      const all = el("details", {}, el("summary", { text: "All ten genres" }));
      all.addEventListener("toggle", () => {
        if (all.children.length === 1) all.append(this.everything(track, name));
      });
      card.append(table, all);
      return card;
    }

    /** A bar of all probabilities in the genres' colours; the numbers stand beside it. */
    bar(p) {
      const bar = el("div", { class: "mgc-bar" });
      p.forEach((value, genre) => {
        if (value < 0.005) return;
        const part = el("span", { title: `${this.data.labels[genre]} ${value.toFixed(2)}` });
        part.style.flexGrow = value;
        part.style.setProperty("--genre", this.data.colours[genre]);
        bar.append(part);
      });
      return bar;
    }

    everything(track, name) {
      const { data } = this;
      const groups = this.view.groups.map((one) => data.groups[one]).filter((group) => this.probabilities(group).has(track));
      const table = el("table", { class: "mgc-all" }, el("caption", { text: `All probabilities for ${name}` }),
        el("thead", {}, el("tr", {}, el("td"), ...groups.map((group) => el("th", { scope: "col" }, el("span", { text: group.title }))))));
      const body = el("tbody");
      data.labels.forEach((label, genre) => {
        const key = el("i", { "aria-hidden": "true" });
        key.style.setProperty("--genre", data.colours[genre]);
        const mine = Number(this.edition.genre[track]) === genre;
        body.append(el("tr", {}, el("th", { scope: "row" }, key, mine ? `${label} (true)` : label),
          ...groups.map((group) => {
            const p = this.probabilities(group).get(track);
            return el("td", { class: p.indexOf(Math.max(...p)) === genre ? "mgc-top" : null, text: p[genre].toFixed(2) });
          })));
      });
      table.append(body);
      return el("div", { class: "mgc-scroll", tabindex: 0, role: "region", "aria-label": `All probabilities for ${name}` }, table);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const place = document.getElementById("mgc-explorer");
    if (place && typeof mgcExplorer !== "undefined" && mgcExplorer.views?.length) new Explorer(mgcExplorer, place);
  });
})();
