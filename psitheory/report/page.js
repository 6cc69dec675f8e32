"use strict";

// Filter by chapter and verdict: rows of the overview and the sections below it.
const form = document.getElementById("filter");

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  let shown = 0;
  for (const node of document.querySelectorAll("[data-chapter]")) {
    const fits = Object.entries(wanted).every(([name, value]) => value === "" || node.dataset[name] === value);
    node.hidden = !fits;
    if (fits && node.tagName === "SECTION") shown += 1;
  }
  const all = document.querySelectorAll("section[data-chapter]").length;
  document.getElementById("shown").textContent = shown === all ? `all ${all} claims` : `${shown} of ${all} claims`;
}

form.hidden = false;
form.addEventListener("change", filter);
form.addEventListener("reset", () => setTimeout(filter));
filter();

// A link to a claim that the filter hides shows it again.
window.addEventListener("hashchange", () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target?.hidden) return;
  form.reset();
  setTimeout(() => target.scrollIntoView());
});

// Lines that replay a case are copied by a button; where a browser forbids it, the line is selected.
for (const block of document.querySelectorAll(".replay")) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy" });
  const line = block.querySelector("pre");
  button.setAttribute("aria-label", `Copy the line that replays ${block.dataset.law}`);
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(line);
    try {
      await navigator.clipboard.writeText(line.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected";
    }
  });
  block.append(button);
}

// On paper nothing can be opened.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
});
