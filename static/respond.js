/* Progressive only: every page works without this. Saves between pages, counts characters, keeps exclusive answers
   alone, moves ranks up and down, and puts the focus on what needs another look. */
(function () {
  "use strict";

  var form = document.getElementById("page-form");
  var summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  // A second click on a button that has been pressed asks for nothing new; passing on and leaving end the link.
  document.querySelectorAll('form[method="post"]:not(#page-form)').forEach(function (each) {
    var pressed = 0;
    each.addEventListener("submit", function (event) {
      if (event.timeStamp - pressed < 5000 && pressed) event.preventDefault();
      else pressed = event.timeStamp;
    });
  });
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
    var said = document.createElement("span");
    said.className = "vh";
    said.setAttribute("aria-live", "polite");
    list.after(said);
    function tell(select) {
      said.textContent = select.labels[0].textContent + ": " + select.selectedOptions[0].textContent;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
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
      tell(selects[index]);
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
      tell(selectOf(dropped));
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

  // Saving by itself between pages. A later save waits for the one under way. One that fails is tried again, and the page
  // is not left while words on it have not arrived: a browser that cannot reach us would throw them away.
  var status = document.getElementById("saved");
  if (!status || !window.fetch) return;
  var PATIENCE = 20000, ROOM = 60000;  // ms until a request counts as lost; what a browser sends while a page goes away
  var timer, running, failures = 0, dirty = false, words = false, stopped = false, waiting = false, leaving = false;

  function say(text, lost) {
    if (status.textContent !== text) status.textContent = text;  // the same words are not said twice
    status.classList.toggle("lost", Boolean(lost));
  }

  function body() {
    var made = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (name !== "end") made.append(name, value); });
    made.append("go", "stay");
    made.append("end", "1");
    return made.toString();
  }

  function send(text) {
    var lost = new AbortController();
    var late = setTimeout(function () { lost.abort(); }, PATIENCE);
    var headers = { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" };
    var asked = { method: "POST", body: text, keepalive: text.length < ROOM, headers: headers, signal: lost.signal };
    return fetch(form.action, asked).then(function (reply) {
      if (reply.status > 501) throw reply;
      var said = /json/.test(reply.headers.get("Content-Type"));
      return said ? reply.json() : { words: status.dataset.refused, stop: true };
    }).finally(function () { clearTimeout(late); });
  }

  function heard(told) {
    if (told.revision) form.elements.revision.value = told.revision;
    if (told.mark) form.elements.mark.value = told.mark;
    if (told.stop) stopped = true;
    if (told.words || failures) say(told.words);
    failures = 0;
    return true;
  }

  function missed() {
    dirty = true;
    failures += 1;
    say(status.dataset.lost, true);
    timer = setTimeout(save, Math.min(5000 * failures, 30000));
    return false;
  }

  // Gives whether the server has answered, or had nothing to be told.
  function save() {
    clearTimeout(timer);
    if (running) return running.then(save);
    if (!dirty || stopped || leaving) return Promise.resolve(true);
    dirty = words = false;
    running = send(body()).then(heard, missed).finally(function () { running = null; });
    return running;
  }

  function soon(pause) {
    return function (event) {
      if (event.target.type === "hidden") return;
      if (event.target.matches("textarea, input[type=text]")) words = true;
      dirty = true;
      leaving = false;
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    };
  }

  form.addEventListener("input", soon(2500));
  form.addEventListener("change", soon(600));
  document.addEventListener("visibilitychange", function () { if (document.hidden) save(); });
  window.addEventListener("online", function () { if (failures) save(); });
  window.addEventListener("pageshow", function (event) {
    leaving = waiting = false;
    if (event.persisted && !dirty) location.reload();  // kept as it was left; what is stored may be newer
  });
  form.addEventListener("submit", function (event) {
    clearTimeout(timer);
    var doubtful = form.requestSubmit && (running || failures || words || navigator.onLine === false);
    if (leaving || stopped || !doubtful) {
      leaving = true;
      return;
    }
    event.preventDefault();
    if (waiting) return;
    var button = event.submitter;
    waiting = dirty = true;
    say(status.dataset.saving);
    save().then(function (arrived) {
      waiting = false;
      if (!arrived) return say(status.dataset.wait, true);
      leaving = true;
      form.requestSubmit(button);
    });
  });
})();
