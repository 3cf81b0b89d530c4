// Keeps a page as it is now, and lets the keyboard do what the mouse does. Every page is whole without it.
"use strict";
(() => {
  const main = () => document.getElementById("main");
  const away = document.getElementById("away");
  const pulse = document.getElementById("pulse");
  const writing = () => {
    const at = document.activeElement;
    return at && ["INPUT", "SELECT", "TEXTAREA"].includes(at.tagName) && at.type !== "hidden";
  };
  const busy = () => {
    const typed = [...main().querySelectorAll("textarea")].some((one) => one.value !== one.defaultValue);
    return typed || writing();
  };

  const summaries = () => [...main().querySelectorAll("summary")];
  // What it does and to whom: lists move while somebody's finger is on the key.
  const named = (one) => {
    const key = one.parentElement && one.parentElement.dataset.key;
    if (key) return `${one.tagName} ${key}`;
    const about = one.closest("article, tr, section");
    const whom = about && about.querySelector("a[href], input[name=task], input[name=id]");
    const fields = one.form ? [...new FormData(one.form)].map(([name, value]) => `${name}=${value}`).join() : "";
    return [one.tagName, one.textContent, one.href || fields || (whom ? whom.href || whom.value : "")].join(" ");
  };

  let waiting = false;
  let last = 0;
  const refresh = async () => {
    waiting = false;
    if (busy() || document.hidden) return;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.getElementById("main");
      if (!next || busy() || next.innerHTML === main().innerHTML) return;
      const open = new Set(summaries().filter((one) => one.parentElement.open).map(named));
      const held = main().contains(document.activeElement) && named(document.activeElement);
      const row = rows().indexOf(document.activeElement && document.activeElement.closest("[data-row]"));
      const scrolled = [...main().querySelectorAll(".scroll")].map((one) => one.scrollLeft);
      main().replaceChildren(...next.childNodes);
      summaries().forEach((one) => { one.parentElement.open = open.has(named(one)); });
      main().querySelectorAll(".scroll").forEach((one, at) => { one.scrollLeft = scrolled[at] || 0; });
      const same = held && [...main().querySelectorAll("a[href], button, summary, [tabindex]")].find((one) => named(one) === held);
      if (same) same.focus({ preventScroll: true }); else if (row >= 0) select(row);
    } catch { /* the stream says when the engine is back */ }
  };
  const soon = () => {
    if (pulse) { pulse.classList.remove("beat"); void pulse.offsetWidth; pulse.classList.add("beat"); }
    if (waiting) return;
    waiting = true;
    setTimeout(refresh, Math.max(100, 600 - (Date.now() - last)));
  };

  if (away && window.EventSource) {
    const kinds = ["enrolled", "started", "event", "decision", "intent", "sent", "failed", "unknown", "reconciled", "parked",
      "cancelled", "skipped", "timer", "paused", "resumed", "notified", "changed", "ended", "moved", "reset", "line"];
    const stream = new EventSource("/api/v1/events");
    kinds.forEach((kind) => stream.addEventListener(kind, soon));
    stream.onopen = () => { if (!away.hidden) { away.hidden = true; soon(); } };
    stream.onerror = () => { away.hidden = false; };
    document.addEventListener("visibilitychange", soon);
    addEventListener("pagehide", () => stream.close());
  }

  const copy = document.getElementById("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById("command").textContent);
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    });
  }

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const select = (at) => {
    const row = rows()[at];
    const link = row && row.querySelector("a");
    if (link) link.focus();
  };
  const places = { o: "/", c: "/contacts", i: "/inbox", a: "/accounts", r: "/errors", e: "/events", s: "/settings" };
  let going = false;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (writing()) { if (event.key === "Escape") document.activeElement.blur(); return; }
    if (going) { going = false; if (places[event.key]) { event.preventDefault(); location.href = places[event.key]; } return; }
    const at = rows().indexOf(document.activeElement && document.activeElement.closest("[data-row]"));
    switch (event.key) {
      case "/": {
        event.preventDefault();
        const search = document.getElementById("q");
        if (search) search.focus(); else location.href = "/contacts#q";
        break;
      }
      case "j": select(Math.min(at + 1, rows().length - 1)); break;
      case "k": select(Math.max(at - 1, 0)); break;
      case "g": going = true; break;
      case "?": { const keys = document.getElementById("keys"); if (keys && !keys.open) keys.showModal(); break; }
    }
  });
  if (location.hash === "#q") { const search = document.getElementById("q"); if (search) search.focus(); }
})();
