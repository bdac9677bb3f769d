/* Progressive only: every button of the wave desk works without this. Drags items and sections to another place, puts
   the focus on what needs another look, and hides the buttons that are for browsers without scripts. */
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

  // Where a thing dropped at this event would go: beside an item or a section, or at the end of a section.
  function target(event) {
    var part = event.target.closest(".part");
    var entry = carried.matches(".entry") ? event.target.closest(".entry") : null;
    if (!part) return null;
    var beside = entry || (carried.matches(".part") ? part : null);
    if (!beside) return { part: part, beside: null, before: false };
    var box = beside.getBoundingClientRect();
    return { part: part, beside: beside, before: event.clientY < box.top + box.height / 2 };
  }

  // The name of what it would follow there; empty when it would be the first.
  function follows(place, all) {
    var others = all.filter(function (each) { return each !== carried; });
    var index = place.beside ? others.indexOf(place.beside) + (place.before ? 0 : 1) : others.length;
    return index > 0 ? others[index - 1] : null;
  }

  document.addEventListener("dragstart", function (event) {
    var held = event.target.closest && event.target.closest("[draggable][data-draggable]");
    if (!held || !form) return;
    carried = held.matches(".part-head") ? held.closest(".part") : held;
    carried.classList.add("is-carried");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", carried.dataset.item || carried.dataset.section);
  });

  document.addEventListener("dragover", function (event) {
    var place = carried && target(event);
    if (!place) return;
    event.preventDefault();
    clear();
    if (place.beside) place.beside.classList.add(place.before ? "is-before" : "is-after");
    else place.part.classList.add("is-over");
  });

  document.addEventListener("drop", function (event) {
    var place = carried && target(event);
    if (!place) return;
    event.preventDefault();
    if (place.beside === carried) return;
    var isPart = carried.matches(".part");
    var all = isPart ? document.querySelectorAll(".part") : place.part.querySelectorAll(".entry");
    var after = follows(place, Array.from(all));
    form.elements.what.value = isPart ? "section" : "item";
    form.elements.name.value = isPart ? carried.dataset.section : carried.dataset.item;
    form.elements.section.value = place.part.dataset.section;
    form.elements.after.value = after ? after.dataset.item || after.dataset.section : "";
    form.requestSubmit();
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
