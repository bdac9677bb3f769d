/* Progressive only: every page works without this. Saves between pages, counts characters, keeps exclusive answers
   alone, moves ranks up and down, and puts the focus on what needs another look. */
(function () {
  "use strict";

  var form = document.getElementById("page-form");
  var summary = document.getElementById("error-summary");
  if (summary) summary.focus();
  if (!form) return;

  // Exclusive answers stand alone; the server holds to it whatever happens here.
  form.addEventListener("change", function (event) {
    var box = event.target;
    if (box.type !== "checkbox" || !box.checked) return;
    form.querySelectorAll('input[type="checkbox"]').forEach(function (other) {
      var apart = "exclusive" in box.dataset || "exclusive" in other.dataset;
      if (other !== box && other.name === box.name && apart) other.checked = false;
    });
  });

  // Own words to an option choose it, for browsers that show the field before it is chosen.
  form.addEventListener("input", function (event) {
    var words = event.target.closest(".saying");
    var choice = words && words.previousElementSibling.querySelector("input");
    if (choice && !choice.checked && event.target.value) choice.click();
  });

  // How much room is left in a comment. Said aloud only after a pause, and only when it is getting short.
  form.querySelectorAll(".count").forEach(function (note) {
    var box = document.getElementById(note.dataset.for);
    var limit = Number(note.dataset.limit);
    var before = note.textContent;
    var said = document.createElement("span");
    var timer;
    said.className = "vh";
    said.setAttribute("aria-live", "polite");
    note.after(said);
    function count() {
      var left = limit - Array.from(box.value).length;
      var words = left < 0 ? note.dataset.over : note.dataset.left;
      note.textContent = box.value ? words.replace("#", Math.abs(left).toLocaleString()) : before;
      note.classList.toggle("over", left < 0);
      clearTimeout(timer);
      if (left < 200) timer = setTimeout(function () { said.textContent = note.textContent; }, 1000);
    }
    box.addEventListener("input", count);
    count();
  });

  // A ranking: a rank given twice goes to the option chosen last, and the other takes the place left free.
  form.querySelectorAll(".ranks").forEach(function (list) {
    var selects = Array.from(list.querySelectorAll("select"));
    var held = selects.map(function (select) { return select.value; });
    list.querySelectorAll(".moves, .handle").forEach(function (hidden) { hidden.hidden = false; });
    function take(index, rank) {
      var other = rank ? held.indexOf(rank) : -1;
      if (other >= 0 && other !== index) selects[other].value = held[index];
      selects[index].value = rank;
      held = selects.map(function (select) { return select.value; });
    }
    function move(index, up) {
      var given = held.filter(Boolean).length;
      var rank = Number(held[index]);
      var wanted = rank ? rank + (up ? -1 : 1) : given + 1;
      if (wanted >= 1 && wanted <= selects.length) take(index, String(wanted));
      selects[index].dispatchEvent(new Event("change", { bubbles: true }));
    }
    // Dragging by the handle: ranked rows stand first, and count from the top in the order they are left in.
    function rows() { return Array.from(list.querySelectorAll(".rank")); }
    function selectOf(row) { return row.querySelector("select"); }
    function stand() {
      var sorted = rows().sort(function (a, b) { return (selectOf(a).value || 99) - (selectOf(b).value || 99); });
      sorted.forEach(function (row) { list.append(row); });
    }
    function count(dropped) {
      var rank = 0;
      rows().forEach(function (row) {
        if (row === dropped || selectOf(row).value) selectOf(row).value = String((rank += 1));
      });
      held = selects.map(function (select) { return select.value; });
      selectOf(dropped).dispatchEvent(new Event("change", { bubbles: true }));
    }
    list.addEventListener("pointerdown", function (event) {
      var handle = event.target.closest(".handle");
      if (!handle) return;
      event.preventDefault();
      stand();
      var dragged = handle.closest(".rank");
      dragged.classList.add("dragged");
      function over(moved) {
        var below = rows().find(function (row) {
          var box = row.getBoundingClientRect();
          return row !== dragged && moved.clientY < box.top + box.height / 2;
        });
        if (below !== dragged.nextElementSibling) list.insertBefore(dragged, below || null);
      }
      function drop(ended) {
        document.removeEventListener("pointermove", over);
        document.removeEventListener("pointerup", drop);
        document.removeEventListener("pointercancel", drop);
        dragged.classList.remove("dragged");
        if (ended.type === "pointerup") count(dragged);
      }
      document.addEventListener("pointermove", over);
      document.addEventListener("pointerup", drop);
      document.addEventListener("pointercancel", drop);
    });
    selects.forEach(function (select, index) {
      select.addEventListener("change", function () { take(index, select.value); });
    });
    list.addEventListener("click", function (event) {
      var button = event.target.closest("button[data-move]");
      if (!button) return;
      event.preventDefault();
      move(selects.indexOf(button.closest(".rank").querySelector("select")), button.dataset.move === "up");
    });
  });

  // Saving by itself between pages. A later save waits for the one under way, and so does leaving the page.
  var status = document.getElementById("saved");
  if (!status || !window.fetch) return;
  var timer, running, dirty = false, stopped = false;

  function save() {
    clearTimeout(timer);
    if (!dirty || stopped) return Promise.resolve();
    if (running) return running.then(save);
    dirty = false;
    var body = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (name !== "end") body.append(name, value); });
    body.append("go", "stay");
    body.append("end", "1");
    running = fetch(form.action, { method: "POST", body: body, keepalive: true, headers: { Accept: "application/json" } })
      .then(function (reply) { return reply.json(); })
      .then(function (told) {
        if (told.revision) form.elements.revision.value = told.revision;
        if (told.mark) form.elements.mark.value = told.mark;
        if (told.stop) stopped = true;
        if (told.words) status.textContent = told.words;
      })
      .catch(function () { dirty = true; })
      .then(function () { running = null; });
    return running;
  }

  function soon(pause) {
    return function (event) {
      if (event.target.type === "hidden") return;
      dirty = true;
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    };
  }

  form.addEventListener("input", soon(2500));
  form.addEventListener("change", soon(600));
  document.addEventListener("visibilitychange", function () { if (document.hidden) save(); });
  form.addEventListener("submit", function (event) {
    clearTimeout(timer);
    stopped = true;
    if (!running) return;
    event.preventDefault();
    var button = event.submitter;
    var patience = new Promise(function (done) { setTimeout(done, 3000); });
    Promise.race([running, patience]).then(function () { running = null; form.requestSubmit(button); });
  });
})();
