// One setting, one way round: control or address -> setting -> model -> page -> address.

import { load } from "./data.js";
import { evaluate } from "./model.js";
import { fromFragment, toFragment } from "./url.js";
import { controls, results } from "./view.js";

const byId = (id) => document.getElementById(id);
const data = load((id) => byId(`data-${id}`).textContent);
const start = data.start;
let setting = structuredClone(start);
let pinned = null;
let waiting = false;
let settled = 0;
/** Settings that were left, the last one last, and when the last was kept: one move of a slider is one step back. */
const before = [];
let keptAt = 0;
let keptFor = "";

const page = results(data, {
  headline: byId("lead"), states: byId("states"), figures: byId("figures"), sentence: byId("sentence"), share: byId("share-sentence"),
}, change);

function change(part) {
  remember(Object.keys(part).join());
  move(merged(setting, part));
}

/** Keep the setting that is left, unless the same hand is still moving the same control. */
function remember(what) {
  const now = performance.now();
  if (what !== keptFor || now - keptAt > 800) before.push(setting);
  if (before.length > 50) before.shift();
  [keptAt, keptFor] = [now, what];
}

function move(next) {
  setting = next;
  notice([]);
  showAll();
  repaint();
}

const showAll = () => showControls(setting, { undoable: before.length > 0, pinned: Boolean(pinned) });

function undo() {
  keptFor = "";
  if (before.length) move(before.pop());
}

async function copy(text, what) {
  writeAddress();
  try {
    await navigator.clipboard.writeText(text());
    announce(`${what} copied.`);
  } catch {
    notice(["the browser does not let this page copy; the link is in the address bar"], `The ${what.toLowerCase()} was not copied`);
  }
}

const showControls = controls(data, byId("controls"), {
  change,
  undo,
  reset() {
    remember("reset");
    move(structuredClone(start));
  },
  pin() {
    pinned = pinned ? null : pinnedOf(setting);
    showAll();
    render(false);
    writeAddress();
    announce(pinned ? byId("pinned").textContent : "Unpinned.");
  },
  link: () => copy(() => location.href, "Link"),
  embed: () => copy(() => {
    const address = location.href.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    return `<iframe src="${address}" title="Overtake explorer" width="100%" height="900" loading="lazy"></iframe>`;
  }, "Embed code"),
});

/** Return a setting to compare with, null where it counts nothing or the ruler lacks its members. */
function pinnedOf(kept) {
  if (!Object.values(kept.side).some((percent) => percent > 0)) return null;
  const found = evaluate(data, kept);
  return found.refused ? null : { setting: structuredClone(kept), found };
}

/** Return `old` with the part that a control changes; Russia never stands on both sides. */
function merged(old, { us, member, ...rest }) {
  const side = { ...(rest.side ?? old.side) };
  if (us !== undefined) side.USA = us;
  if (member) side[member[0]] = member[1];
  const next = { ...old, ...rest, side };
  for (const iso3 of next.against) delete next.side[iso3];
  return next;
}

/** Compute and draw in the next frame, once however many events came before it. */
function repaint() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    render(true);
    clearTimeout(settled);
    settled = setTimeout(settle, 150);
  });
}

function render(moving) {
  if (!Object.values(setting.side).some((percent) => percent > 0)) {
    page.empty("Choose at least one member of the coalition.");
    return;
  }
  const found = evaluate(data, setting);
  if (found.refused) {
    const names = found.refused.map((iso3) => data.economies[data.index[iso3]].name).join(", ");
    page.empty(`This ruler has no figures for ${names}: leave it out or choose another ruler.`);
  } else page.show(setting, found, pinnedNow(), moving);
}

/** Return the pinned setting in the year that is shown. */
function pinnedNow() {
  if (!pinned) return null;
  const { setting: kept, found } = pinned;
  return { setting: { ...kept, year: setting.year }, found: { ...found, lead: found.ahead[found.years.indexOf(setting.year)] } };
}

/** When the hand rests: draw what is off the screen, then write the address and say the sentence to those who listen. */
function settle() {
  page.rest();
  settled = setTimeout(() => {
    writeAddress();
    announce(byId("lead").hidden ? byId("sentence").textContent : `${byId("headline").textContent}. ${byId("sentence").textContent}`);
  }, 250);
}

function writeAddress() {
  if (Object.values(setting.side).some((percent) => percent > 0)) {
    const other = pinned ? `&pin=${encodeURIComponent(toFragment(data, pinned.setting))}` : "";
    history.replaceState(null, "", `#${toFragment(data, setting)}${other}`);
  }
}

function announce(words) {
  byId("live").textContent = words;
}

/** Show problems, or nothing where there are none. */
function notice(problems, head = "The address does not describe a setting; the page shows its starting point") {
  const box = byId("notice");
  box.hidden = !problems.length;
  box.replaceChildren();
  if (!problems.length) return;
  const strong = document.createElement("strong");
  strong.textContent = `${head}:`;
  const list = document.createElement("ul");
  for (const problem of problems.slice(0, 8)) list.append(Object.assign(document.createElement("li"), { textContent: problem }));
  if (problems.length > 8) list.append(Object.assign(document.createElement("li"), { textContent: `and ${problems.length - 8} more` }));
  box.append(strong, list);
}

function readAddress() {
  const read = fromFragment(data, location.hash.slice(1), start);
  setting = read.setting;
  pinned = read.pin ? pinnedOf(read.pin) : null;
  notice(read.problems);
  showAll();
  render(false);
}

window.addEventListener("hashchange", readAddress);
let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return;
  width = window.innerWidth;
  requestAnimationFrame(page.resize);
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z") {
    event.preventDefault();
    undo();
  }
});
document.querySelector("[data-skip]").addEventListener("click", (event) => {
  event.preventDefault();
  byId("answer").focus();
});
readAddress();
