/* The page on leaks: buttons choose the model, the slider the share of leaked tracks. All drawings
   and texts are in the page; this shows one drawing, marks one stop and writes its text. */
(() => {
  const start = (root) => {
    const texts = JSON.parse(root.querySelector("script").textContent);
    const buttons = [...root.querySelectorAll("button[data-model]")];
    const figures = [...root.querySelectorAll("figure[data-model]")];
    const range = root.querySelector("input[type=range]");
    let model = buttons[0].dataset.model;

    const show = () => {
      for (const button of buttons) {
        button.setAttribute("aria-pressed", String(button.dataset.model === model));
      }
      for (const figure of figures) {
        figure.hidden = figure.dataset.model !== model;
        for (const mark of figure.querySelectorAll("[data-share]")) {
          mark.classList.toggle("now", mark.dataset.share === range.value);
        }
      }
      root.querySelector(".mgc-leak-says").textContent = texts[model][range.value];
      range.setAttribute("aria-valuetext", `${range.value} %`);
    };

    range.addEventListener("input", show);
    for (const button of buttons) {
      button.addEventListener("click", () => {
        model = button.dataset.model;
        show();
      });
    }
    for (const part of root.querySelectorAll(":scope > [hidden]")) part.hidden = false;
    root.classList.add("live");
    show();
  };

  const startAll = () => document.querySelectorAll(".mgc-leak").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
})();
