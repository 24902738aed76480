(() => {
"use strict";
const root = document.documentElement;
addEventListener("load", () => root.classList.add("whole"));
const data = JSON.parse(document.getElementById("readings").textContent);

const toggle = document.getElementById("theme");
const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const label = () => { toggle.textContent = dark() ? toggle.dataset.light || "Light" : toggle.dataset.dark || "Dark"; };
toggle.hidden = false;
toggle.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; label(); });
label();

const once = make => { let made; return () => made ??= make(); };
// Nothing is unpacked or looked for before a person asks: the page is on the screen by then.
const days = once(() => unpacked(data.days, 1).map(day => new Date(Date.parse(data.start) + day * 864e5).toISOString().slice(0, 10)));
const last = Math.ceil((data.count - 1) / data.at);
const place = k => data.count > 1 ? Math.min(k * data.at, data.count - 1) / (data.count - 1) : 0.5;
const shown = (value, figure) => value === null ? "\u2013"
  : value.toFixed(figure.decimals).replace(/^-(?=[0.]*$)/, "").replace("-", "\u2212") + (figure.unit && "\u00a0" + figure.unit);
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const unpacked = (text, unit) => {
  const order = letters.indexOf(text[0]), bits = [...text.slice(1)].map(letter => (64 + letters.indexOf(letter)).toString(2).slice(1)).join("");
  const values = [];
  let sum = 0;
  for (let at = 0, one; (one = bits.indexOf("1", at)) >= 0;) {
    at = 2 * one - at + order + 1;
    const code = parseInt(bits.slice(one, at), 2) - 2 ** order;
    values.push(code === 1 ? null : (sum += code % 2 ? -(code - 1) / 2 : code / 2) / unit);
  }
  return values;
};
const charts = Object.entries(data.figures).map(([key, figure]) => {
  const box = document.getElementById("figure-" + key);
  const lines = once(() => figure.lines.map(([name, steps]) => [name, unpacked(steps, 10 ** figure.decimals)]));
  return { box, figure, lines, svg: box.querySelector(".box > svg"), cross: box.querySelector(".cross"), out: box.querySelector("output") };
});
let current = last, view = [0, 1];
const across = x => (x - view[0]) / (view[1] - view[0]);
const show = k => {
  current = Math.max(0, Math.min(last, k));
  for (const { box, figure, lines, cross, out } of charts) {
    const x = across(place(current)) * 100 + "%";
    cross.setAttribute("x1", x);
    cross.setAttribute("x2", x);
    box.classList.add("on");
    out.textContent = days()[current] + "\u2003" + lines().map(([name, values]) => name + " " + shown(values[current], figure)).join("\u2003");
  }
};
const hide = () => { for (const { box, out } of charts) { box.classList.remove("on"); out.textContent = ""; } };

const within = wanted => charts.flatMap(({ svg }) => [...svg.querySelectorAll(wanted)]);
const moved = once(() => within("text.mid,svg.mark,circle.dot").map(item => {
  const name = item.hasAttribute("cx") ? "cx" : "x";
  return [item, name, parseFloat(item.getAttribute(name)) / 100];
}));
const plots = once(() => within("svg.plot").map(plot => [plot, plot.getAttribute("viewBox").split(" ")]));
const zoom = (from, to) => {
  if (to - from < 4 / Math.max(last, 4)) return;
  view = [Math.max(0, from), Math.min(1, to)];
  root.classList.toggle("near", view[1] - view[0] < 1);
  for (const [item, name, x] of moved()) {
    item.setAttribute(name, across(x) * 100 + "%");
    item.style.visibility = across(x) < -1e-9 || across(x) > 1 + 1e-9 ? "hidden" : "";
  }
  for (const [plot, [, , width, height]] of plots()) plot.setAttribute("viewBox", `${view[0] * width} 0 ${(view[1] - view[0]) * width} ${height}`);
};
const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -21, PageDown: 21, Home: -Infinity, End: Infinity };
const keys = {
  "+": () => zoom(place(current) - (view[1] - view[0]) / 4, place(current) + (view[1] - view[0]) / 4),
  "-": () => zoom(view[0] - (view[1] - view[0]) / 2, view[1] + (view[1] - view[0]) / 2),
  0: () => zoom(0, 1),
};
for (const { svg } of charts) {
  let start = null;
  const pick = once(() => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    made.setAttribute("class", "pick");
    made.setAttribute("height", "100%");
    return made;
  });
  svg.tabIndex = 0;
  const at = event => {
    const box = svg.getBoundingClientRect();
    return view[0] + Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * (view[1] - view[0]);
  };
  svg.addEventListener("pointerdown", event => { start = event.pointerType === "touch" || event.button ? null : at(event); });
  svg.addEventListener("pointermove", event => {
    const x = at(event);
    show(Math.round(x * (data.count - 1) / data.at));
    if (start === null) return;
    pick().setAttribute("x", across(Math.min(start, x)) * 100 + "%");
    pick().setAttribute("width", Math.abs(x - start) / (view[1] - view[0]) * 100 + "%");
    svg.append(pick());
  });
  const drop = () => { pick().remove(); start = null; };
  svg.addEventListener("pointerup", event => {
    const ends = [start, at(event)].sort((a, b) => a - b);
    if (start !== null && (ends[1] - ends[0]) / (view[1] - view[0]) > 0.01) zoom(...ends);
    drop();
  });
  svg.addEventListener("dblclick", () => zoom(0, 1));
  svg.addEventListener("pointerleave", () => { hide(); drop(); });
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", event => {
    if (event.key === "Escape") { zoom(0, 1); return hide(); }
    if (event.key in keys) keys[event.key]();
    else if (!(event.key in steps)) return;
    show(current + (steps[event.key] || 0));
    event.preventDefault();
  });
}
for (const hint of document.querySelectorAll(".brush")) hint.hidden = last < 4;

const keyOf = (row, column) => {
  const cell = row.cells[column];
  return "v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent.trim();
};
const compare = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
const sort = (table, head, column) => {
  const up = head.getAttribute("aria-sort") === "descending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = [...body.rows].map(row => ({ row, key: keyOf(row, column), fixed: row.querySelector(".total") ? 1 : 0 }));
  rows.sort((a, b) => a.fixed - b.fixed || (typeof a.key !== typeof b.key ? compare(a.key, b.key) : (up ? 1 : -1) * compare(a.key, b.key)));
  body.append(...rows.map(item => item.row));
};
for (const table of document.querySelectorAll("table[data-sortable]")) {
  if (table.tBodies[0].rows[0]?.cells[0]?.colSpan > 1) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    head.tabIndex = 0;
    head.addEventListener("click", () => sort(table, head, column));
    head.addEventListener("keydown", event => { if (event.key === "Enter") sort(table, head, column); });
  });
}

for (const table of document.querySelectorAll("table[data-filterable]")) {
  const field = table.closest(".wrap").previousElementSibling;
  const rows = [...table.tBodies[0].rows].filter(row => row.cells.length > 1);
  if (rows.length < 6) continue;
  field.hidden = false;
  field.firstElementChild.addEventListener("input", event => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
    field.lastElementChild.textContent = words.length ? rows.filter(row => !row.hidden).length + " / " + rows.length : "";
  });
}

const card = document.createElement("div");
card.id = "card";
card.setAttribute("role", "status");
card.hidden = true;
document.body.append(card);
let marked = null, timer = 0;
const close = () => { clearTimeout(timer); card.hidden = true; };
const later = () => { clearTimeout(timer); timer = setTimeout(() => { if (!card.matches(":hover")) close(); }, 300); };
const linked = line => {
  if (!/^https?:\/\/\S+$/i.test(line)) return line;
  const link = document.createElement("a");
  link.href = line;
  link.rel = "noopener noreferrer";
  link.textContent = line.slice(line.indexOf("//") + 2);
  return link;
};
card.addEventListener("pointerenter", () => clearTimeout(timer));
card.addEventListener("pointerleave", later);
card.addEventListener("focusout", event => { if (!card.contains(event.relatedTarget)) close(); });
card.addEventListener("keydown", event => { if (event.key === "Escape") { marked.focus(); close(); } });
for (const mark of document.querySelectorAll(".mark")) {
  const title = mark.querySelector("title");
  const said = title.textContent;
  title.remove();
  mark.setAttribute("tabindex", "0");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", said);
  const open = () => {
    clearTimeout(timer);
    marked = mark;
    card.replaceChildren(...said.split("\n").flatMap((line, k) => k ? ["\n", linked(line)] : [line]));
    card.hidden = false;
    const at = mark.querySelector("path").getBoundingClientRect();
    const left = Math.min(at.left, document.documentElement.clientWidth - card.offsetWidth - 8);
    card.style.left = Math.max(8, left) + scrollX + "px";
    card.style.top = at.bottom + scrollY + 6 + "px";
  };
  mark.addEventListener("pointerenter", open);
  mark.addEventListener("focus", open);
  mark.addEventListener("pointerleave", later);
  mark.addEventListener("blur", event => { if (!card.contains(event.relatedTarget)) close(); });
  mark.addEventListener("keydown", event => {
    if (event.key === "Escape") close();
    if (event.key === "Enter") card.querySelector("a")?.focus();
  });
}
})();
