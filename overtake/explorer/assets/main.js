// One setting, one way round: control or address -> setting -> model -> page -> address.

import { load } from "./data.js";
import { evaluate } from "./model.js";
import { fromFragment, toFragment } from "./url.js";
import { controls, results } from "./view.js";

const byId = (id) => document.getElementById(id);
const data = load((id) => byId(`data-${id}`).textContent);
const start = data.start;
let setting = structuredClone(start);
let waiting = false;
let settled = 0;

const page = results(data, {
  states: byId("states"), figures: byId("figures"), sentence: byId("sentence"), share: byId("share-sentence"),
});

const showControls = controls(data, byId("controls"), {
  change(part) {
    notice([]);
    setting = merged(setting, part);
    showControls(setting);
    repaint();
  },
  reset() {
    setting = structuredClone(start);
    notice([]);
    showControls(setting);
    repaint();
  },
  async link() {
    writeAddress();
    try {
      await navigator.clipboard.writeText(location.href);
      announce("Link copied.");
    } catch {
      notice(["the browser does not let this page copy; the link is in the address bar"], "The link was not copied");
    }
  },
});

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
  } else page.show(setting, found, moving);
}

/** When the hand rests: draw what is off the screen, then write the address and say the sentence to those who listen. */
function settle() {
  page.rest();
  settled = setTimeout(() => {
    writeAddress();
    announce(byId("sentence").textContent);
  }, 250);
}

function writeAddress() {
  if (Object.values(setting.side).some((percent) => percent > 0)) {
    history.replaceState(null, "", `#${toFragment(data, setting)}`);
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
  notice(read.problems);
  showControls(setting);
  render(false);
}

window.addEventListener("hashchange", readAddress);
let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return;
  width = window.innerWidth;
  requestAnimationFrame(page.resize);
});
document.querySelector("[data-skip]").addEventListener("click", (event) => {
  event.preventDefault();
  byId("answer").focus();
});
readAddress();
