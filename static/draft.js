/* Progressive only: every button of the wave desk works without this. Drags items to another place, keeps the focus
   where the work is, and hides the buttons that are for browsers without scripts. */
(function () {
  "use strict";

  document.documentElement.classList.add("scripted");
  var summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  var form = document.getElementById("move-form");
  var carried = null;

  function clear() {
    document.querySelectorAll(".is-before, .is-after, .is-over").forEach(function (each) {
      each.classList.remove("is-before", "is-after", "is-over");
    });
  }

  function ready(root) {
    if (!form) return;
    root.querySelectorAll("[data-draggable]").forEach(function (entry) {
      entry.draggable = true;
      entry.dataset.draggable = "on";
    });
  }

  // Where a thing dropped at this event would go: beside an item, or at the end of a section.
  function target(event) {
    var entry = event.target.closest(".entry");
    var part = event.target.closest(".part");
    if (!part) return null;
    if (!entry) return { part: part, entry: null, before: false };
    var box = entry.getBoundingClientRect();
    return { part: part, entry: entry, before: event.clientY < box.top + box.height / 2 };
  }

  document.addEventListener("dragstart", function (event) {
    var entry = event.target.closest && event.target.closest(".entry[draggable]");
    if (!entry || !form) return;
    carried = entry;
    entry.classList.add("is-carried");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", entry.dataset.item);
  });

  document.addEventListener("dragover", function (event) {
    var place = carried && target(event);
    if (!place) return;
    event.preventDefault();
    clear();
    if (place.entry) place.entry.classList.add(place.before ? "is-before" : "is-after");
    else place.part.classList.add("is-over");
  });

  document.addEventListener("drop", function (event) {
    var place = carried && target(event);
    if (!place) return;
    event.preventDefault();
    var entries = Array.from(place.part.querySelectorAll(".entry")).filter(function (each) { return each !== carried; });
    var index = place.entry ? entries.indexOf(place.entry) + (place.before ? 0 : 1) : entries.length;
    if (place.entry === carried) return;
    form.elements.name.value = carried.dataset.item;
    form.elements.section.value = place.part.dataset.section;
    form.elements.after.value = index > 0 ? entries[index - 1].dataset.item : "";
    form.requestSubmit();
    form.reset();
  });

  document.addEventListener("dragend", function () {
    if (carried) carried.classList.remove("is-carried");
    carried = null;
    clear();
  });

  // The buttons stand outside their form, which the script does not look for by itself.
  var pressed = null;
  document.addEventListener("submit", function (event) { pressed = event.submitter; }, true);
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.elt === form && pressed && pressed.name) event.detail.parameters[pressed.name] = pressed.value;
  });

  ready(document);
  document.addEventListener("htmx:afterSwap", function () { ready(document); });
})();
