// The page's elements: controls that follow a setting, results that follow what the model found.

import { drawCurve, drawKey, drawRatio, drawShare, drawStrip } from "./charts.js";
import { csvFile, pngOf, save, svgFile } from "./download.js";
import { inOrder, presetOf } from "./model.js";
import { basis, compared, event, sentence, shareSentence, supposed, who } from "./sentence.js";
import { toFragment } from "./url.js";
import { probability, ratio, ratio1, share } from "./words.js";

const GROUPS = { ally: "Treaty allies", partner: "Partners", other: "Others", adversary: "Others" };

/** Return a new element with attributes (on... are listeners) and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const drawing = (attributes) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  return svg;
};

const put = (element, words) => {
  if (element.textContent !== String(words)) element.textContent = words;
};

/** Return a labelled range with its value beside the label. */
function slider(id, label, [min, max, step], onInput, more = "") {
  const input = make("input", { type: "range", id, min, max, step, oninput: () => onInput(Number(input.value)) });
  const output = make("output", { for: id });
  const row = make("div", { class: `field slider ${more}` }, make("span", {}, make("label", { for: id }, label), output), input);
  return { row, show: (value, words) => show(input, output, value, words) };
}

function show(input, output, value, words) {
  if (Number(input.value) !== value) input.value = value;
  input.setAttribute("aria-valuetext", words);
  put(output, words);
}

/** Return a labelled select of [value, words] options. */
function choice(id, label, options, onChange, hint = null) {
  const items = options.map(([value, words]) => make("option", { value }, words));
  const select = make("select", { id, onchange: () => onChange(select.value) }, ...items);
  const about = hint ? [make("p", { class: "hint", id: `${id}-hint` }, hint)] : [];
  if (hint) select.setAttribute("aria-describedby", `${id}-hint`);
  return { row: make("div", { class: "field" }, make("label", { for: id }, label), select, ...about), select };
}

const fieldset = (legend, ...rows) => make("fieldset", {}, make("legend", {}, legend), ...rows);

const each = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => [from + at, from + at]);

/** Build the form; return show(setting, able). `change(part)` is called with the keys that a control changes. */
export function controls(data, form, { change, undo, reset, pin, link, embed }) {
  const preset = choice("preset", "Coalition", [["", "own choice"], ...data.presets.map(({ key, label }) => [key, label])], (key) => {
    const { side, against, threshold } = data.presets.find((one) => one.key === key) ?? {};
    if (side) change({ side: { ...side }, against: [...against], threshold });
  });
  const us = slider("us", "Share of US spending that counts", [0, 100, 1], (value) => change({ us: value }), "big");
  const members = data.economies
    .filter(({ iso3 }) => iso3 !== "CHN" && iso3 !== "USA")
    .map((economy) => member(economy, (iso3, value) => change({ member: [iso3, value] })));
  const grouped_ = [...new Set(Object.values(GROUPS))].flatMap((name) => {
    const rows = members.filter(({ group }) => GROUPS[group] === name).map(({ row }) => row);
    return rows.length ? [make("p", { class: "group" }, name), ...rows] : [];
  });
  const details = make("details", { open: window.matchMedia("(min-width: 60.01rem)").matches },
    make("summary", {}, "Share of each member that counts"), ...grouped_, pages(data));
  const sides = [["CHN", "China"], ["CHN,RUS", "China with Russia"]].map(([value, words]) => {
    const input = make("input", { type: "radio", name: "against", id: `against-${value}`, value, onchange: () => change({ against: value.split(",") }) });
    return { value, input, row: make("div", { class: "choice" }, input, make("label", { for: `against-${value}` }, words)) };
  });
  const ruler = choice("ruler", "Ruler", data.rulers.map(({ name, label }) => [name, label[0].toUpperCase() + label.slice(1)]), (name) => change({ ruler: name }));
  const level = choice("level", "China\u2019s level", data.levels.map(({ key, label, factor }) =>
    [key, factor === 1 || key === "uncertain" ? label : `${label} (\u00d7${factor.toFixed(2)})`]), (key) => change({ level: key }));
  const threshold = slider("threshold", "Threshold of the ratio", data.thresholds, (value) => change({ threshold: Math.round(value * 100) / 100 }));
  const sustain = slider("sustain", "Years a new order must last", [1, 10, 1], (value) => change({ sustain: value }));
  const plans = planned(data, change);
  const what = whatIf(data, change);
  const button = (id, words, action) => make("button", { type: "button", id, onclick: action }, words);
  const [back, hold] = [button("undo", "Undo", undo), button("pin", "Pin to compare", pin)];
  form.append(
    make("div", { class: "buttons" }, back, button("reset", "Start again", reset), hold, button("link", "Copy link", link), button("embed", "Copy embed code", embed)),
    fieldset("Coalition", preset.row, us.row),
    fieldset("What if", ...what.rows),
    ...(data.plans ? [fieldset("Announced plans", ...plans.rows)] : []),
    fieldset("Against", make("div", { class: "choices" }, ...sides.map(({ row }) => row))),
    fieldset("Measured by", ruler.row, level.row),
    fieldset("What counts as a lead", threshold.row, sustain.row),
    fieldset("Members", details),
  );
  form.addEventListener("submit", (event_) => event_.preventDefault());
  return (setting, { undoable, pinned }) => {
    const percent = setting.side.USA ?? 0;
    us.show(percent, `${percent}%`);
    for (const one of members) one.show(setting.side[one.iso3] ?? 0, setting.against.includes(one.iso3));
    for (const { value, input } of sides) input.checked = value === setting.against.join();
    preset.select.value = presetOf(data, setting)?.key ?? "";
    ruler.select.value = setting.ruler;
    level.select.value = setting.level;
    threshold.show(setting.threshold, ratio(setting.threshold));
    sustain.show(setting.sustain, setting.sustain === 1 ? "1 year" : `${setting.sustain} years`);
    plans.show(setting);
    what.show(setting);
    back.disabled = !undoable;
    put(hold, pinned ? "Unpin" : "Pin to compare");
  };
}

/** Return links to the pages of all economies. */
function pages(data) {
  const links = data.economies.filter(({ iso3 }) => iso3 !== "CHN")
    .map(({ iso3, name }) => make("a", { href: `../economies/${iso3}.html` }, name));
  return make("p", { class: "hint" }, "About each: ", ...links.flatMap((link, at) => (at ? [", ", link] : [link])));
}

/** Return the controls of what departs from the futures: scenarios, growth, a share of GDP, the yuan. */
function whatIf(data, change) {
  const horizon = data.years[data.years.length - 1];
  const ahead = each(data.lastObserved + 1, horizon);
  const scenario = choice("scenario", "Scenario", [["", "own choice"], ...data.scenarios.map(({ key, label }) => [key, label])], (key) => {
    const found = data.scenarios.find((one) => one.key === key);
    if (found) change(structuredClone(found.part));
  }, "A scenario carries no probability of its own.");
  const about = make("p", { class: "hint" });
  let now = data.start;
  const growth = [["CHN", "China\u2019s growth"], ["members", "Growth of the other members"], ["USA", "US growth"]].map(([who_, words]) => ({
    who_, ...slider(`growth-${who_}`, words, [-5, 5, 0.5], (value) => change({ growth: { ...now.growth, [who_]: value } })),
  }));
  const from = choice("from", "from", ahead, (value) => change({ from: Number(value), to: Math.max(now.to, Number(value)) }));
  const to = choice("to", "to", ahead, (value) => change({ to: Number(value), from: Math.min(now.from, Number(value)) }));
  const whose_ = [["", "nobody"], ["members", "each member but the United States"],
    ...data.economies.filter(({ iso3 }) => data.shares[iso3]).map(({ iso3, name }) => [iso3, name]), ["several", "as the scenario or address has it"]];
  const known = ({ reach }) => Object.values(reach)[0] ?? { share: PLEDGE, year: Math.min(data.byYears[Math.min(1, data.byYears.length - 1)], horizon), definition: "sipri" };
  const targets = (part) => Object.fromEntries(Object.entries(now.reach).map(([who_, target]) => [who_, { ...target, ...part }]));
  const reach = choice("reach", "Who reaches a share of GDP", whose_, (who_) => {
    if (who_ !== "several") change({ reach: who_ ? { [who_]: allowed(data, who_, known(now)) } : {} });
  });
  const size = slider("share", "Share of GDP, at least", [0.5, 6, 0.1], (value) => change({ reach: targets({ share: Math.round(value * 10) / 10 }) }));
  const by = choice("by", "by", ahead, (value) => change({ reach: targets({ year: Number(value) }) }));
  const governments = ["sipri", "government"].map((value) => [value, value === "sipri" ? "SIPRI\u2019s" : "NATO\u2019s or the government\u2019s own"]);
  const definition = choice("definition", "in the definition of", governments, (value) =>
    change({ reach: Object.fromEntries(Object.entries(targets({ definition: value })).map(([who_, target]) => [who_, allowed(data, who_, target)])) }));
  const hint = make("p", { class: "hint", id: "definition-hint" });
  definition.select.setAttribute("aria-describedby", "definition-hint");
  const yuan = data.yuan ? slider("yuan", "The yuan, real, a year", data.yuan, (value) => change({ yuan: value })) : null;
  const signed = (value) => `${value > 0 ? "+" : ""}${ratio1(value)}`;
  return {
    rows: [...(data.scenarios.length ? [scenario.row, about] : []), ...growth.map(({ row }) => row), make("div", { class: "pair" }, from.row, to.row),
      reach.row, make("div", { class: "pair" }, by.row, definition.row), size.row, hint, ...(yuan ? [yuan.row] : [])],
    show(setting) {
      now = setting;
      const found = data.scenarios.find(({ part }) => same(part, setting));
      scenario.select.value = found?.key ?? "";
      put(about, found?.description ?? "");
      for (const { who_, show: tell } of growth) tell(setting.growth[who_] ?? 0, setting.growth[who_] ? `${signed(setting.growth[who_])} points a year` : "as in the futures");
      from.select.value = setting.from;
      to.select.value = setting.to;
      const names = Object.keys(setting.reach);
      reach.select.value = names.length > 1 ? "several" : names[0] ?? "";
      const target = known(setting);
      size.show(target.share, `${ratio1(target.share)}%`);
      by.select.value = target.year;
      definition.select.value = target.definition;
      for (const { disabled: _, ...control } of [{ input: size.row.querySelector("input") }, { input: by.select }, { input: definition.select }]) control.input.disabled = !names.length;
      put(hint, names.length && target.definition === "government" ? defined(data, setting) : "");
      yuan?.show(setting.yuan, `${signed(setting.yuan)}%`);
    },
  };
}

/** Share of GDP that the page offers first, per cent: NATO's pledge for core defence. */
const PLEDGE = 3.5;

/** Return a target with a definition that the economy has. */
const allowed = (data, iso3, target) =>
  iso3 === "members" || data.shares[iso3].perGovernment ? target : { ...target, definition: "sipri" };

/** Return whose definition turns into SIPRI's at which factor, and who has none. */
function defined(data, { side, reach }) {
  const names = Object.keys(reach).flatMap((iso3) => (iso3 === "members" ? Object.keys(side).filter((each_) => side[each_] > 0 && each_ !== "USA") : [iso3]));
  const known = names.filter((iso3) => data.shares[iso3]);
  const nameOf = (iso3) => data.economies[data.index[iso3]].name;
  const have = known.filter((iso3) => data.shares[iso3].perGovernment);
  const lack = known.filter((iso3) => !data.shares[iso3].perGovernment);
  const tell = (iso3) => `${nameOf(iso3)} ${ratio(data.shares[iso3].perGovernment)}${data.shares[iso3].basis.startsWith("nato") ? " (NATO\u2019s)" : ""}`;
  return (have.length ? `1% of GDP in its own definition is in SIPRI\u2019s: ${have.map(tell).join(", ")}. ` : "") +
    (lack.length ? `SIPRI\u2019s definition stands for ${lack.map(nameOf).join(", ")}, where no factor is known.` : "");
}

/** Tell whether a setting holds every value of `part`. */
const same = (part, setting) => Object.entries(part).every(([key, value]) => inOrder(value) === inOrder(setting[key]));

/** Return the controls of announced plans: of which tiers, how far, and whose. */
function planned(data, change) {
  if (!data.plans) return { rows: [], show() {} };
  const place = data.plans.place;
  const words = { none: "none", spent: "money already spent", enacted: "and what is enacted", budgeted: "and what is budgeted", announced: "and what is announced", aim: "and mere aims" };
  const tiers = choice("tiers", "Plans that count", data.plans.tiers.map((tier) => [tier, words[tier] ?? tier]), (tier) => change({ tiers: tier }));
  const way = slider("plans", "Part of the way to each target", [0, 1, data.plans.step], (value) => change({ plans: Math.round(value * 100) / 100 }));
  const input = make("input", { type: "checkbox", id: "plans-cut", onchange: () => change({ plans: input.checked ? "cut" : place }) });
  const tick = make("div", { class: "choice" }, input, make("label", { for: "plans-cut" }, "As far as such plans have gone"));
  let now = data.start;
  const own = Object.keys(data.plans.economies).map((iso3) => {
    const box = make("input", { type: "checkbox", id: `planned-${iso3}`, onchange: () => {
      const rest = now.without.filter((one) => one !== iso3);
      change({ without: box.checked ? rest : [...rest, iso3].sort() });
    } });
    return { iso3, box, row: make("div", { class: "choice" }, box, make("label", { for: `planned-${iso3}` }, data.economies[data.index[iso3]].name)) };
  });
  return {
    rows: [tiers.row, tick, way.row, make("details", {}, make("summary", {}, "Whose plans count"), ...own.map(({ row }) => row))],
    show(setting) {
      now = setting;
      tiers.select.value = setting.tiers;
      const cut = setting.plans === "cut";
      input.checked = cut;
      way.show(cut ? place : setting.plans, cut ? "each draw its own" : share(setting.plans));
      for (const { iso3, box } of own) {
        box.checked = !setting.without.includes(iso3);
        box.disabled = !data.plans.economies[iso3].tiers[setting.tiers];
      }
    },
  };
}

function member({ iso3, name, group }, onInput) {
  const id = `member-${iso3}`;
  const input = make("input", { type: "range", id, min: 0, max: 100, step: 1, oninput: () => onInput(iso3, Number(input.value)) });
  const output = make("output", { for: id });
  const row = make("div", { class: "member" }, make("label", { for: id }, name), input, output);
  return {
    iso3,
    group,
    row,
    show(percent, opposed) {
      show(input, output, percent, `${percent}%`);
      input.disabled = opposed;
      row.classList.toggle("zero", percent === 0);
    },
  };
}

const STATE_WORDS = {
  crossed: ["Crossed", (from) => `ahead in ${from}, and stays ahead`],
  crossing: ["Crossing", (from) => `not ahead in ${from}, takes the lead later`],
  not_within: ["Not within the horizon", (_, end) => `never ahead up to ${end}`],
  crossed_back: ["Crossed back", () => "was ahead, and loses the lead"],
};

/** Build the results; return { show(setting, found, pinned, moving), rest(), empty(message), resize() }. */
export function results(data, root, change) {
  const horizon = data.years[data.years.length - 1];
  const by = data.byYears;
  const strip = drawing({ class: "strip", "aria-hidden": "true" });
  const numbers = {};
  const parts = Object.entries(STATE_WORDS).map(([state, [name, why]]) => {
    const key = drawing({});
    drawKey(key, state);
    numbers[state] = make("dd", { class: "p", "data-p": state });
    return make("div", {}, make("dt", {}, key, name), numbers[state], make("dd", { class: "why" }, why(data.lastObserved, horizon)));
  });
  const lead = make("strong", { "data-value": "lead" });
  const said = make("span", {});
  const pinnedWords = make("p", { id: "pinned", hidden: true });
  const year = slider("year", "Year", [data.lastObserved, horizon, 1], (value) => change({ year: value }));
  root.headline.append(make("p", { id: "headline" }, lead, said), year.row, pinnedWords);
  root.states.append(make("details", {}, make("summary", {}, "From now to the horizon: the four states"), strip, make("dl", { class: "parts" }, ...parts)));
  const figures = [curveFigure(data, by), ratioFigure(data), shareFigure(data, by)].map((spec) => figure(data, spec));
  root.figures.append(...figures.map(({ element }) => element));
  let current = null;
  let width = 0;
  // Widths are asked for once, not after every change: asking makes the browser lay the page out.
  const measure = () => {
    width = Math.round(root.figures.clientWidth);
    for (const one of figures) one.resize(width || 640);
  };
  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target);
  });
  for (const { element } of figures) watch.observe(element);
  // While a hand moves, only what is on the screen is drawn; the rest follows when it rests.
  const draw = (moving) => {
    if (!current) return;
    if (!width) measure();
    drawStrip(strip, current.found.p, width || 640);
    for (const one of figures) if (!moving || seen.has(one.element)) one.show(current);
  };
  const visible = (yes) => { root.states.hidden = root.figures.hidden = root.headline.hidden = !yes; };
  return {
    resize() {
      measure();
      draw(false);
    },
    rest: () => draw(false),
    empty(message) {
      current = null;
      put(root.sentence, message);
      put(root.share, "");
      visible(false);
    },
    show(setting, found, pinned, moving) {
      visible(true);
      current = { setting, found, pinned: pinned?.found ?? null };
      put(lead, probability(found.lead));
      put(said, ` probability that ${event(data, setting)}${basis(data, setting)}`);
      year.show(setting.year, setting.year);
      pinnedWords.hidden = !pinned;
      if (pinned) put(pinnedWords, compared(data, pinned, setting, found));
      put(root.sentence, sentence(data, setting, found));
      put(root.share, shareSentence(data, setting, found, by[Math.min(1, by.length - 1)] ?? horizon));
      for (const [state, value] of Object.entries(found.p)) put(numbers[state], probability(value));
      draw(moving);
    },
  };
}

/** Return a figure's element and show(current): title, drawing, values, files, table. */
function figure(data, spec) {
  const title = make("h3", { id: `${spec.id}-title` });
  const sub = make("p", { class: "sub" });
  const svg = drawing({ id: `${spec.id}-svg` });
  const values = spec.values.map(([key, name]) => [make("dt", {}, name), make("dd", { "data-value": key })]);
  const table = make("table", {});
  const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": `${spec.id}-title` }, table);
  const details = make("details", { ontoggle: () => fill() }, make("summary", {}, "Values as a table"), scroll);
  const cursor = make("div", { class: "cursor", hidden: true });
  const readout = make("p", { class: "readout" });
  let current = null;
  let scale = null;
  let year = null;
  const tell = () => put(readout, spec.read(current, year ?? data.years[data.years.length - 1]));
  svg.addEventListener("pointermove", ({ clientX }) => {
    const { left, width: shown } = svg.getBoundingClientRect();
    const [first, last] = scale.domain();
    year = Math.min(Math.max(Math.round(scale.invert(((clientX - left) * width) / shown)), first), last);
    cursor.hidden = false;
    cursor.style.left = `${(scale(year) * shown) / width}px`;
    tell();
  });
  svg.addEventListener("pointerleave", () => {
    year = null;
    cursor.hidden = true;
    tell();
  });
  const about = () => ({ title: title.textContent, sub: `${sub.textContent}${basis(data, current.setting)}`, source: `Source: ${data.source}. Setting: ${toFragment(data, current.setting)}` });
  const button = (words, action) => make("button", { type: "button", onclick: action, "aria-label": `${words} of ${spec.name}` }, words);
  const element = make("figure", { id: spec.id }, title, sub, make("div", { class: "chart" }, svg, cursor), readout,
    make("dl", { class: "values" }, ...values.map((pair) => make("div", {}, ...pair))),
    make("figcaption", {}, make("span", {}, `Source: ${data.source}`), make("span", { class: "buttons" },
      button("Download SVG", () => save(`overtake-${spec.id}.svg`, new Blob([svgFile(svg, about())], { type: "image/svg+xml" }))),
      button("Download PNG", async () => save(`overtake-${spec.id}.png`, await pngOf(svgFile(svg, about())))),
      button("Download CSV", () => save(`overtake-${spec.id}.csv`, new Blob([csvFile(spec.table(current), toFragment(data, current.setting))], { type: "text/csv" }))))),
    details);
  const fill = () => {
    if (!details.open || !current) return;
    const { columns, rows } = spec.table(current);
    table.replaceChildren(make("caption", {}, sub.textContent),
      make("thead", {}, make("tr", {}, ...columns.map(({ name }) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((value, at) =>
        at ? make("td", {}, value === "" ? "\u2013" : columns[at].format(value)) : make("th", { scope: "row" }, value))))));
  };
  let width = 640;
  let drawnAt = 0;
  return {
    element,
    resize(found) {
      width = found;
    },
    show(now) {
      if (now === current && width === drawnAt) return;
      [current, drawnAt] = [now, width];
      element.hidden = !spec.possible(now);
      if (element.hidden) return;
      put(title, spec.title(now));
      put(sub, spec.sub(now));
      const shown = spec.numbers(now);
      values.forEach(([, dd], at) => put(dd, shown[at]));
      scale = spec.draw(svg, now, { label: title.textContent, detail: spec.detail(now) }, { width, height: width < 480 ? 270 : 330 }).x;
      tell();
      fill();
    },
  };
}

/** Return median, middle half and middle four fifths in words; `quantile` gives the text of a percentage. */
const spread = (quantile) =>
  `median ${quantile(50)}, half of draws ${quantile(25)} to ${quantile(75)}, four fifths ${quantile(10)} to ${quantile(90)}`;
const rulerOf = (data, { ruler }) => data.rulers.find(({ name }) => name === ruler);
const six = (value) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : "");
const rows = (years, columns) => years.map((year, at) => [year, ...columns.map((values) => six(values[at]))]);
const column = (key, name, format) => ({ key, name, format });

function ratioFigure(data) {
  const last = data.lastObserved;
  const signed = (value) => (value > 0 ? "+" : "") + share(value);
  return {
    id: "ratio",
    read({ found }, year) {
      const at = found.years.indexOf(year);
      const past = year <= last ? `published ${ratio(found.observed[at])}; ` : "";
      return `${year}: ${past}${spread((percent) => ratio(found.bands[percent][at]))}`;
    },
    name: "the ratio of the two sides",
    possible: () => true,
    title({ setting, found }) {
      const then = found.years.indexOf(Math.max(setting.year, data.lastObserved + 1));
      const [low, high] = [25, 75].map((percent) => ratio(found.bands[percent][then]));
      const [us, now] = [who(data, setting), ratio(found.observed[found.at])];
      const told = rulerOf(data, setting).kind === "stock"
        ? `In ${last} the stock of ${us} was ${now} times the coalition\u2019s`
        : `${us} spent ${now} times as much as the coalition in ${last}`;
      return `${told[0].toUpperCase()}${told.slice(1)}; in ${found.years[then]} half the futures lie between ${low} and ${high}`;
    },
    sub: ({ setting }) => `China\u2019s side over the coalition, ${rulerOf(data, setting).unit}. Bands hold 50, 80 and 90% of draws`,
    detail: ({ found }) => {
      const end = found.years.length - 1;
      return `Fan chart from ${found.years[0]} to ${found.years[end]}; in ${found.years[end]} the median is ${ratio(found.bands[50][end])}, ` +
        `the 80% band ${ratio(found.bands[10][end])} to ${ratio(found.bands[90][end])}.`;
    },
    values: [["ratio", `Ratio in ${last}`], ["margin", `Lead in ${last}`], ["margin-interval", `${data.intervalPct}% interval of the lead`]],
    numbers: ({ found }) => [ratio(found.observed[found.at]), signed(found.margin), `${signed(found.marginLow)} to ${signed(found.marginHigh)}`],
    table: ({ found }) => ({
      columns: [column("year", "Year"), column("published", "Published", ratio), ...[5, 10, 25, 50, 75, 90, 95].map((percent) =>
        column(`ratio_q${String(percent).padStart(2, "0")}`, `${percent}%`, ratio))],
      rows: rows(found.years, [found.observed, ...[5, 10, 25, 50, 75, 90, 95].map((percent) => found.bands[percent])]),
    }),
    draw: (svg, { setting, found, pinned }, words, size) => drawRatio(svg, { found, pinned, threshold: setting.threshold, words, ratio }, size),
  };
}

function curveFigure(data, by) {
  const at = (found, year) => found.ahead[found.years.indexOf(year)];
  const horizon = data.years[data.years.length - 1];
  return {
    id: "curve",
    read: ({ found, pinned }, year) =>
      `${year}: ${probability(at(found, year))}${pinned && pinned.years.includes(year) ? `, pinned ${probability(at(pinned, year))}` : ""}`,
    name: "the probability of a lead",
    possible: () => true,
    title: ({ setting, found }) => `Probability that ${event(data, setting)}: ${probability(found.lead)}`,
    sub: ({ pinned }) => `Share of the draws in which ${pinned ? "it does, by year (dashed: the pinned setting)" : "it does, by year"}`,
    detail: ({ found }) => [...by, horizon].map((year) => `In ${year} ${probability(at(found, year))}.`).join(" "),
    values: [...by.map((year) => [`in-${year}`, `In ${year}`]), ["median", `Median year of a crossing to come, ${data.intervalPct}% interval`]],
    numbers: ({ found }) => [...by.map((year) => probability(at(found, year))), found.median === null || found.margin > 0 ? "\u2013"
      : `${found.median} (${found.low} to ${found.high ?? `after ${horizon}`})`],
    table: ({ found }) => ({
      columns: [column("year", "Year"), column("p_ahead", "Leads then", probability)],
      rows: rows(found.years.slice(found.at), [found.ahead.slice(found.at)]),
    }),
    draw: (svg, { setting, found, pinned }, words, size) => drawCurve(svg, { found, pinned, year: setting.year, words, probability }, size),
  };
}

function shareFigure(data, by) {
  const at = ({ share: found }, year) => [50, 10, 90].map((percent) => share(found.bands[percent][found.years.indexOf(year)]));
  const percents = [10, 25, 50, 75, 90];
  return {
    id: "breakeven",
    read: ({ found }, year) => {
      const place = found.share.years.indexOf(year);
      return `${year}: ${spread((percent) => share(found.share.bands[percent][place]))}`;
    },
    name: "the break-even share",
    possible: ({ found }) => Boolean(found.share),
    title: ({ found }) => `Break-even: ${at(found, by[1] ?? by[0])[0]} of US spending in ${by[1] ?? by[0]}`,
    sub: ({ setting }) => `Share of US spending at which the sides are level (ratio ${ratio(setting.threshold)}), the rest of the coalition as chosen. Bands hold 50 and 80% of draws`,
    detail: ({ found }) => by.map((year) => `In ${year} ${at(found, year)[0]}.`).join(" "),
    values: by.map((year) => [`share-${year}`, `In ${year}`]),
    numbers: ({ found }) => by.map((year) => at(found, year)).map(([middle, low, high]) => `${middle} (${low} to ${high})`),
    table: ({ found }) => ({
      columns: [column("year", "Year"), ...percents.map((percent) => column(`share_q${percent}`, `${percent}%`, share))],
      rows: rows(found.share.years, percents.map((percent) => found.share.bands[percent])),
    }),
    draw: (svg, { setting, found }, words, size) =>
      drawShare(svg, { found, counted: (setting.side.USA ?? 0) / 100, words, share, lastObserved: data.lastObserved }, size),
  };
}
