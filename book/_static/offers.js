// The button that copies a citation. Without it, the text can still be selected.
for (const box of document.querySelectorAll(".mgc-cite")) {
  const [text, button, said] = ["pre", "button", "[role=status]"].map((one) => box.querySelector(one));
  button.addEventListener("click", async () => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range); // what stays marked can be copied by hand if all else fails
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = "Copied";
    } catch {
      // Pages from file:// and from plain http have no clipboard but this old one.
      said.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl+C to copy";
    }
    setTimeout(() => (said.textContent = ""), 3000);
  });
}
