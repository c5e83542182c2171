// What pages can do beyond links and forms. Everything here is a comfort: without it every page still works.
(() => {
  "use strict";
  // Moments are shown by this clock, unless somebody chose another for themselves.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `qualify-zone=${zone}; path=/; max-age=31536000; samesite=lax`;

  const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  // Keys: an element with data-key is clicked (or, if one types in it, focused) when its key is pressed.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const rows = [...document.querySelectorAll("[data-rows] > [data-row]")];
    if (rows.length && (event.key === "j" || event.key === "k" || event.key === "Enter")) return move(event, rows);
    // The keys of a row are those of the row that is marked, and of no other.
    const here = document.querySelector("[data-row].here");
    const wanted = `[data-key="${CSS.escape(event.key)}"]`;
    const found = here?.querySelector(wanted) || document.querySelector(`:not([data-row]) > ${wanted}:not([data-row] *)`);
    if (!found || found.disabled) return;
    event.preventDefault();
    if (found.matches("input:not([type=checkbox]), textarea, select")) found.focus();
    else found.click();
  });

  // j and k go through the rows of a list, Enter opens the one that is marked.
  function move(event, rows) {
    const at = rows.findIndex((row) => row.classList.contains("here"));
    if (event.key === "Enter") {
      if (at < 0 || event.target.closest("a, button, summary")) return;
      const open = rows[at].querySelector("a[data-open]");
      if (open) open.click();
      return;
    }
    const to = event.key === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0);
    mark(rows, to);
    event.preventDefault();
  }
  function mark(rows, to) {
    rows.forEach((row, place) => row.classList.toggle("here", place === to));
    if (!rows[to]) return;
    rows[to].scrollIntoView({ block: "nearest" });
    const open = rows[to].querySelector("a[data-open]");
    if (open) open.focus({ preventScroll: true });
  }

  // Whoever did something to a row goes on with the one that stands in its place on the next page.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-rows] > [data-row]");
    if (row && event.target.closest("[data-key]:not(input)")) sessionStorage.setItem("row", [location.pathname, [...row.parentNode.children].indexOf(row)]);
  });
  document.addEventListener("DOMContentLoaded", () => {
    const rows = [...document.querySelectorAll("[data-rows] > [data-row]")];
    const [path, at] = (sessionStorage.getItem("row") || "").split(",");
    if (path !== location.pathname || !rows.length) return;
    sessionStorage.removeItem("row");
    mark(rows, Math.min(Number(at), rows.length - 1));
  });

  // A box in the head of a table ticks those in its rows; what is ticked is counted.
  document.addEventListener("change", (event) => {
    const all = event.target.closest("input[data-all]");
    const form = event.target.closest("form, [data-rows]")?.closest("form") || document;
    if (all) form.querySelectorAll("input[name=lead]").forEach((box) => { box.checked = all.checked; });
    const told = document.querySelector("[data-ticked]");
    if (told) told.textContent = document.querySelectorAll("input[name=lead]:checked").length;
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // How numbers are written in the language of the page, for the axes of charts.
  const written = (type) => new Intl.NumberFormat(document.documentElement.lang || "en").formatToParts(1234567.8).find((part) => part.type === type)?.value || "";
  const percent = () => new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent" }).formatToParts(1).slice(1).map((part) => part.value).join("");
  const numbers = () => ({ decimal: written("decimal"), thousands: written("group"), grouping: [3], currency: ["", ""], percent: percent() });
  const named = (count, more, at) => Array.from({ length: count }, (_, place) => new Intl.DateTimeFormat(document.documentElement.lang || "en", { timeZone: "UTC", ...more }).format(new Date(at(place))));
  const months = (width) => named(12, { month: width }, (place) => Date.UTC(2023, place, 1));
  const days = (width) => named(7, { weekday: width }, (place) => Date.UTC(2023, 0, 1 + place));
  const moments = () => ({ dateTime: "%x, %X", date: "%x", time: "%H:%M", periods: ["AM", "PM"], days: days("long"), shortDays: days("short"), months: months("long"), shortMonths: months("short") });

  // Charts: the bundle is loaded only on pages that have some; the figures stand in a table beneath.
  const charts = () => document.querySelectorAll("figure.chart[data-spec]:not([data-drawn])").forEach((figure) => {
    const bundle = figure.dataset.bundle;
    figure.dataset.drawn = "yes";
    const spec = JSON.parse(document.getElementById(figure.dataset.spec).textContent);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const text = { labelColor: colour("--soft"), titleColor: colour("--soft"), gridColor: colour("--line"), domainColor: colour("--line"), tickColor: colour("--line") };
    const config = { background: "transparent", font: "system-ui, sans-serif", axis: text, legend: text, title: { color: colour("--text") }, view: { stroke: null }, range: { category: ["--accent", "--edge", "--plus", "--warn", "--minus"].map(colour) }, mark: { color: colour("--accent") }, rule: { color: colour("--soft") }, text: { color: colour("--text") } };
    load(bundle).then(() => window.vegaEmbed(figure.querySelector("div"), { ...spec, config: { ...config, ...spec.config } }, { ast: true, actions: false, renderer: "svg", tooltip: false, defaultStyle: false, formatLocale: numbers(), timeFormatLocale: moments() }))
      .catch(() => { figure.querySelector("details")?.setAttribute("open", ""); });
  });
  let loading;
  function load(source) {
    loading ||= new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: source, onload: resolve, onerror: reject });
      document.head.append(script);
    });
    return loading;
  }
  document.addEventListener("DOMContentLoaded", charts);
  document.addEventListener("htmx:afterSwap", charts);

  // A menu closes when one clicks elsewhere or presses Escape.
  document.addEventListener("click", (event) => document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  }));

  // A form that was sent cannot be sent again by a second click; leaving with unsaved text asks first.
  document.addEventListener("submit", (event) => {
    event.target.querySelectorAll("button:not([type=button])").forEach((button) => setTimeout(() => { button.disabled = true; }));
    event.target.removeAttribute("data-changed");
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form button[disabled]:not([data-off])").forEach((button) => { button.disabled = false; }));
  document.addEventListener("input", (event) => event.target.closest("form[data-careful]")?.setAttribute("data-changed", ""));
  window.addEventListener("beforeunload", (event) => { if (document.querySelector("form[data-changed]")) event.preventDefault(); });

  // What is wider than its place can be moved by the arrow keys, also where nothing in it takes the focus.
  const reach = () => document.querySelectorAll(".table-box, pre").forEach((box) => {
    if (box.scrollWidth > box.clientWidth && !box.querySelector("a, button, input, select, textarea, summary")) box.tabIndex = 0;
  });
  ["DOMContentLoaded", "htmx:afterSwap"].forEach((name) => document.addEventListener(name, reach));
  window.addEventListener("resize", reach);

  // Text to be copied with one click.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button) navigator.clipboard?.writeText(document.getElementById(button.dataset.copy).textContent).then(() => { button.textContent = button.dataset.copied; });
  });
  // From a mistake in a text to its line.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    const area = link && document.querySelector(link.hash);
    if (!area) return;
    event.preventDefault();
    const lines = area.value.split("\n"), at = lines.slice(0, link.dataset.line - 1).join("\n").length + (link.dataset.line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(at + Math.max(0, link.dataset.column - 1), at + (lines[link.dataset.line - 1] || "").length);
    area.scrollTop = (link.dataset.line - 4) * parseFloat(getComputedStyle(area).lineHeight);
  });

  // htmx swaps refusals too: they say what went wrong.
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.xhr.status >= 400) { event.detail.shouldSwap = true; event.detail.isError = false; } });
})();
