// Shows the definition of a term on hover and on keyboard focus. The text is in the page already.
// It goes with Esc, stays while the pointer is on it, and leaves a tap to be a plain link.
(() => {
  const GAP = 6;
  let shown = null; // {link, note}
  let waiting = 0;

  const hide = () => {
    clearTimeout(waiting);
    if (shown) shown.note.hidden = true;
    shown = null;
  };

  const place = () => {
    if (!shown) return;
    const { link, note } = shown;
    const first = link.getClientRects()[0]; // of a term that wraps, the first line
    const wide = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(first.left, wide - note.offsetWidth - 8));
    const above = first.top - note.offsetHeight - GAP;
    note.style.left = `${left}px`;
    note.style.top = `${above > 8 ? above : link.getBoundingClientRect().bottom + GAP}px`;
  };

  const show = (link) => {
    const note = document.getElementById(link.getAttribute("aria-describedby"));
    clearTimeout(waiting);
    if (!note || shown?.link === link) return;
    hide();
    note.hidden = false;
    shown = { link, note };
    place();
  };

  const later = (act, ms) => {
    clearTimeout(waiting);
    waiting = setTimeout(act, ms);
  };

  for (const link of document.querySelectorAll("a[aria-describedby^='about-term-']")) {
    link.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") later(() => show(link), 150);
    });
    link.addEventListener("pointerleave", () => later(hide, 250));
    link.addEventListener("focus", () => link.matches(":focus-visible") && show(link));
    link.addEventListener("blur", hide);
  }
  for (const note of document.querySelectorAll(".mgc-definitions > *")) {
    note.addEventListener("pointerenter", () => clearTimeout(waiting));
    note.addEventListener("pointerleave", () => later(hide, 250));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("scroll", place, { capture: true, passive: true });
  window.addEventListener("resize", place);
})();
