/* The audit: three lists choose which cards are shown. Without this script all are. */
(() => {
  const start = () => {
    const bar = document.querySelector(".mgc-claims-filter");
    const cards = [...document.querySelectorAll(".mgc-claim")];
    if (!bar || !cards.length) return;
    const says = document.createElement("output");

    const add = (name, title) => {
      const counts = new Map();
      for (const card of cards) {
        counts.set(card.dataset[name], (counts.get(card.dataset[name]) ?? 0) + 1);
      }
      const select = document.createElement("select");
      select.add(new Option("all", ""));
      for (const [value, n] of counts) select.add(new Option(`${value} (${n})`, value));
      const label = document.createElement("label");
      label.append(title, select);
      bar.append(label);
      select.addEventListener("change", show);
      return [name, select];
    };

    const show = () => {
      let n = 0;
      for (const card of cards) {
        card.hidden = !lists.every(([name, list]) => ["", card.dataset[name]].includes(list.value));
        n += !card.hidden;
      }
      for (const section of new Set(cards.map((card) => card.closest("section")))) {
        section.hidden = !section.querySelector(".mgc-claim:not([hidden])");
      }
      says.textContent = `${n} of ${cards.length} claims`;
    };

    // A link to a claim that the filter hides shows all again.
    addEventListener("hashchange", () => {
      const card = document.getElementById(location.hash.slice(1));
      if (!card?.matches(".mgc-claim") || !card.hidden) return;
      for (const [, list] of lists) list.value = "";
      show();
      card.scrollIntoView();
    });

    const lists = [add("verdict", "Verdict"), add("section", "Section"), add("evidence", "Decided by")];
    bar.append(says);
    bar.hidden = false;
    show();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
