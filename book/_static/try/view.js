/* Show an answer: verdict, ten bars, genres over time below the picture, and all of it as a table.
   The markup is that of the static example (tools/pages/content/try_markup.py), whose place the answer takes. */
"use strict";

(() => {
  const { rule, genres, tally } = mgcTry;
  const root = document.getElementById("mgc-try");
  const find = (name) => root.querySelector(`.try-${name}`);
  const SVG = "http://www.w3.org/2000/svg";
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let answer = null;

  const percent = (p) => `${Math.round(100 * p)}\u00a0%`;
  const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

  function element(name, attributes = {}, text = "") {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  }

  /* Genres from the most probable on; the earlier of two equal ones first, as in Python. */
  const ranked = (p) => p.map((_, k) => k).sort((a, b) => p[b] - p[a] || a - b);

  /* Crops of all windows with their times: {from, to, middle, p}. */
  function crops(parts) {
    return parts.flatMap((part) => part.crops.map((p, k) => {
      const [from, middle, to] = [0, rule.width / 2, rule.width].map((column) => part.at(part.starts[k] + column));
      return { from, to, middle, p };
    }));
  }

  /* Probabilities at a moment, between the middles of crops; null in silence. */
  function at(seconds) {
    const part = answer?.parts.find((one) => seconds < one.start + one.duration) ?? answer?.parts.at(-1);
    if (!part?.crops.length || !part.audible[Math.floor(((seconds - part.start) * rule.rate) / rule.step)]) return null;
    const all = crops([part]);
    const next = all.findIndex((one) => one.middle >= seconds);
    if (next === 0) return all[0].p;
    if (next < 0) return all.at(-1).p;
    const [a, b] = [all[next - 1], all[next]];
    const share = (seconds - a.middle) / (b.middle - a.middle);
    return a.p.map((p, k) => p + share * (b.p[k] - p));
  }

  function sentence(said) {
    if (said.verdict === "silent") return ["No genre", "Too little of it can be heard: less than three seconds in each half minute."];
    const [first] = ranked(said.probabilities);
    const label = genres[first].label;
    if (said.verdict === "none") {
      return ["None of the ten genres", `It does not sound like the music that the network knows. Were it music, ${label} would be nearest.`];
    }
    const p = percent(said.probabilities[first]);
    const { named, right } = tally[first];
    const often = named
      ? `It called ${named} of the test tracks ${label} and was right about ${right} of them; with other music it is wrong more often.`
      : `It called none of the test tracks ${label}.`;
    if (said.verdict === "sure") return [`${label}, ${p}`, often];
    return [`Unsure: ${label} perhaps, ${p}`, `By its own account it is more likely wrong than right. ${often}`];
  }

  function bars(said) {
    const [first] = ranked(said.probabilities);
    find("bars").querySelectorAll("li").forEach((row, k) => {
      const p = said.verdict === "silent" ? 0 : said.probabilities[k];
      row.classList.toggle("try-first", k === first && said.verdict !== "silent");
      row.style.setProperty("--p", p);
      row.querySelector(".try-p").textContent = said.verdict === "silent" ? "" : percent(p);
    });
  }

  function stack(said) {
    const total = said.duration;
    const order = ranked(said.probabilities);
    const svg = find("stack");
    svg.setAttribute("viewBox", `0 0 ${total} 1`);
    svg.replaceChildren();
    const labels = find("labels");
    labels.replaceChildren();
    const thickest = new Map();
    for (const part of said.parts) {
      if (!part.crops.length) continue;
      const all = crops([part]);
      const times = [part.start, ...all.map((one) => one.middle), part.start + part.duration];
      const rows = [all[0].p, ...all.map((one) => one.p), all.at(-1).p];
      const below = times.map(() => 0);
      for (const k of order) {
        const lower = times.map((t, i) => `${t.toFixed(3)},${(1 - below[i]).toFixed(4)}`);
        rows.forEach((row, i) => {
          if (row[k] > (thickest.get(k)?.p ?? 0)) thickest.set(k, { p: row[k], t: times[i], y: below[i] + row[k] / 2 });
          below[i] += row[k];
        });
        const upper = times.map((t, i) => `${t.toFixed(3)},${(1 - below[i]).toFixed(4)}`);
        const shape = document.createElementNS(SVG, "polygon");
        shape.setAttribute("points", [...lower, ...upper.reverse()].join(" "));
        shape.setAttribute("class", `try-g-${genres[k].id}`);
        svg.append(shape);
      }
    }
    for (const [k, { p, t, y }] of thickest) {
      if (p < rule.labelFrom) continue;
      const label = element("span", {}, genres[k].label);
      label.style.left = `${Math.min(92, Math.max(8, (100 * t) / total))}%`;
      label.style.top = `${100 * (1 - y)}%`;
      labels.append(label);
    }
    find("axis").replaceChildren(...[0, 0.5, 1].map((f) => element("span", {}, clock(f * total))));
  }

  function picture(said) {
    const canvas = find("picture");
    const columns = said.parts.reduce((sum, part) => sum + part.picture.columns, 0);
    canvas.width = columns;
    canvas.height = rule.bins;
    const context = canvas.getContext("2d");
    let left = 0;
    for (const part of said.parts) {
      const { columns: width, levels } = part.picture;
      const image = context.createImageData(width, rule.bins);
      for (let bin = 0; bin < rule.bins; bin++) {
        for (let column = 0; column < width; column++) {
          const colour = 3 * levels[bin * width + column];
          const place = 4 * ((rule.bins - 1 - bin) * width + column);
          for (let c = 0; c < 3; c++) image.data[place + c] = mgcTry.ramp[colour + c];
          image.data[place + 3] = 255;
        }
      }
      context.putImageData(image, left, 0);
      left += width;
    }
    canvas.hidden = false;
    find("drawn")?.remove();
  }

  function table(said) {
    const rows = crops(said.parts).map(({ from, to, p }) => {
      const row = element("tr");
      const [first] = ranked(p);
      row.append(
        element("th", { scope: "row" }, `${from.toFixed(1)}–${to.toFixed(1)} s`),
        element("td", {}, genres[first].label),
        ...p.map((one) => element("td", {}, percent(one))),
      );
      return row;
    });
    find("table").querySelector("tbody").replaceChildren(...rows);
  }

  const rounded = (p) => Object.fromEntries(genres.map(({ id }, k) => [id, Math.round(1e6 * p[k]) / 1e6]));

  /* The five most probable tags. */
  const tags = (p) => ranked(p).slice(0, 5).map((k) => ({ tag: rule.tags[k], probability: Math.round(1e6 * p[k]) / 1e6 }));

  /* The answer in the form of `mgc predict --json`, and each crop besides. */
  function plain(said, name) {
    const top = (p) => ranked(p).slice(0, 3).map((k) => ({ genre: genres[k].id, probability: Math.round(1e6 * p[k]) / 1e6 }));
    const named = (one) => {
      const verdict = mgcTry.verdict(one);
      if (verdict === "silent") return { verdict, top: [], probabilities: null, tags: [], music: null };
      const { probabilities: p, music } = one;
      return { verdict, top: top(p), probabilities: rounded(p), tags: tags(one.tags), music: Math.round(1e6 * music) / 1e6 };
    };
    return {
      file: name,
      duration_s: Math.round(1e3 * said.duration) / 1e3,
      ...named(said),
      windows: said.parts.map((part) => ({
        start_s: Math.round(1e3 * part.start) / 1e3,
        duration_s: Math.round(1e3 * part.duration) / 1e3,
        ...named(part),
      })),
      crops: crops(said.parts).map(({ from, to, p }) => ({
        start_s: Math.round(1e3 * from) / 1e3,
        end_s: Math.round(1e3 * to) / 1e3,
        probabilities: rounded(p),
      })),
    };
  }

  function save(said, name) {
    const link = find("save");
    if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
    const text = `${JSON.stringify([plain(said, name)], null, 1)}\n`;
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `${name.replace(/\.[^.]*$/, "") || "answer"}.genres.json`;
    link.hidden = false;
  }

  /* Show what was said so far; `done` when it is all. */
  function show(said, name, done) {
    if (answer?.parts[0] !== said.parts[0]) root.classList.remove("try-moved");
    answer = said;
    const [verdict, often] = sentence(said);
    find("name").textContent = name;
    find("verdict").textContent = verdict;
    find("often").textContent = often;
    const heard = tags(said.tags).map(({ tag, probability }) => `${tag} ${percent(probability)}`);
    find("tags").textContent = heard.length ? `Tags: ${heard.join(", ")}.` : "";
    bars(said);
    stack(said);
    picture(said);
    if (done) {
      table(said);
      save(said, name);
    }
    moved();
  }

  /* Move the cursor to where the player is, and say what is heard there. */
  function moved() {
    if (!answer) return;
    const player = find("player");
    const seconds = Math.min(player.currentTime, answer.duration);
    find("cursor").style.left = `${(100 * seconds) / answer.duration}%`;
    const p = at(seconds);
    const rows = find("bars").querySelectorAll("li");
    rows.forEach((row, k) => row.style.setProperty("--now", p ? p[k] : 0));
    const [first] = p ? ranked(p) : [];
    if (!root.classList.contains("try-moved")) {
      find("now").textContent = "Play it, and marks on the bars show what the network says of each moment.";
    } else {
      const what = p ? `${genres[first].label}, ${percent(p[first])}` : "silence";
      find("now").textContent = `The marks, at ${clock(seconds)}: ${what}`;
    }
  }

  function follow() {
    moved();
    if (!find("player").paused && !still.matches) requestAnimationFrame(follow);
  }

  /* Let the cursor follow the player, and the player the pointer. */
  function connect() {
    const player = find("player");
    const begin = () => root.classList.add("try-moved");
    player.addEventListener("play", begin);
    player.addEventListener("seeked", begin);
    player.addEventListener("play", follow);
    player.addEventListener("timeupdate", moved);
    player.addEventListener("seeked", moved);
    find("time").addEventListener("pointerdown", (event) => {
      if (!answer) return;
      const box = find("time").getBoundingClientRect();
      player.currentTime = Math.max(0, ((event.clientX - box.left) / box.width) * answer.duration);
      moved();
    });
  }

  Object.assign(mgcTry, { show, connect, clock });
})();
