// The page's elements: controls that follow a setting, results that follow what the model found.

import { drawCurve, drawKey, drawRatio, drawShare, drawStrip } from "./charts.js";
import { csvFile, save, svgFile } from "./download.js";
import { sentence, shareSentence, who } from "./sentence.js";
import { toFragment } from "./url.js";
import { probability, ratio, share } from "./words.js";

const BY_YEARS = [2030, 2035, 2040];
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

/** Build the form; return show(setting). `change(part)` is called with the keys that a control changes. */
export function controls(data, form, { change, reset, link }) {
  const preset = choice("preset", "Start from", [["", "own choice"], ...data.presets.map(({ key, label }) => [key, label])], (key) => {
    const { side, against, threshold } = data.presets.find((each) => each.key === key) ?? {};
    if (side) change({ side: { ...side }, against: [...against], threshold });
  });
  const us = slider("us", "Share of US spending that counts", [0, 100, 1], (value) => change({ us: value }), "big");
  const members = data.economies
    .filter(({ iso3 }) => iso3 !== "CHN" && iso3 !== "USA")
    .map((economy) => member(economy, (iso3, value) => change({ member: [iso3, value] })));
  const grouped = [...new Set(Object.values(GROUPS))].flatMap((name) => {
    const rows = members.filter(({ group }) => GROUPS[group] === name).map(({ row }) => row);
    return rows.length ? [make("p", { class: "group" }, name), ...rows] : [];
  });
  const details = make("details", { open: window.matchMedia("(min-width: 60.01rem)").matches },
    make("summary", {}, "Share of each member that counts"), ...grouped);
  const sides = [["CHN", "China"], ["CHN,RUS", "China with Russia"]].map(([value, words]) => {
    const input = make("input", { type: "radio", name: "against", id: `against-${value}`, value, onchange: () => change({ against: value.split(",") }) });
    return { value, input, row: make("div", { class: "choice" }, input, make("label", { for: `against-${value}` }, words)) };
  });
  const ruler = choice("ruler", "Ruler", data.rulers.map(({ name, label }) => [name, label[0].toUpperCase() + label.slice(1)]), (name) => change({ ruler: name }));
  const level = choice("level", "China\u2019s level", data.levels.map(({ key, label, factor }) =>
    [key, factor === 1 || key === "uncertain" ? label : `${label} (\u00d7${factor.toFixed(2)})`]), (key) => change({ level: key }));
  const threshold = slider("threshold", "Threshold of the ratio", data.thresholds, (value) => change({ threshold: Math.round(value * 100) / 100 }));
  const sustain = slider("sustain", "Years a new order must last", [1, 10, 1], (value) => change({ sustain: value }));
  const plans = planned(data, (value) => change({ plans: value }));
  form.append(
    fieldset("Coalition", preset.row, us.row),
    fieldset("Against", make("div", { class: "choices" }, ...sides.map(({ row }) => row))),
    fieldset("Measured by", ruler.row, level.row),
    ...(data.plans ? [fieldset("Announced plans", ...plans.rows)] : []),
    fieldset("What counts as a crossing", threshold.row, sustain.row),
    fieldset("Members", details),
    make("div", { class: "buttons" }, make("button", { type: "button", onclick: link }, "Copy link"),
      make("button", { type: "button", onclick: reset }, "Start again")),
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  return (setting) => {
    const percent = setting.side.USA ?? 0;
    us.show(percent, `${percent}%`);
    for (const each of members) each.show(setting.side[each.iso3] ?? 0, setting.against.includes(each.iso3));
    for (const { value, input } of sides) input.checked = value === setting.against.join();
    preset.select.value = matching(data, setting)?.key ?? "";
    ruler.select.value = setting.ruler;
    level.select.value = setting.level;
    threshold.show(setting.threshold, ratio(setting.threshold));
    sustain.show(setting.sustain, setting.sustain === 1 ? "1 year" : `${setting.sustain} years`);
    plans.show(setting.plans);
  };
}

/** Return the controls of announced plans: as the brief has them, or a part of the way that the reader chooses. */
function planned(data, onChange) {
  const place = data.plans?.place ?? 0;
  const way = slider("plans", "Part of the way to each target", [0, 1, 0.05], (value) => onChange(Math.round(value * 100) / 100));
  const input = make("input", { type: "checkbox", id: "plans-brief", onchange: () => onChange(input.checked ? "brief" : place) });
  const tick = make("div", { class: "choice" }, input, make("label", { for: "plans-brief" }, "As in the brief"));
  return {
    rows: [tick, way.row],
    show(value) {
      input.checked = value === "brief";
      way.show(value === "brief" ? place : value, value === "brief" ? "as in the brief" : share(value));
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

/** Return the starting point that the setting equals, if any. */
function matching(data, { side, against, threshold }) {
  const key = (weights) => Object.entries(weights).filter(([, percent]) => percent > 0).sort().join(";");
  return data.presets.find((preset) =>
    key(preset.side) === key(side) && preset.against.join() === against.join() && preset.threshold === threshold);
}

const STATE_WORDS = {
  crossed: ["Crossed", (from) => `ahead in ${from}, and stays ahead`],
  crossing: ["Crossing", (from) => `not ahead in ${from}, takes the lead later`],
  not_within: ["Not within the horizon", (_, end) => `never ahead up to ${end}`],
  crossed_back: ["Crossed back", () => "was ahead, and loses the lead"],
};

/** Build the results; return { show(setting, found, moving), rest(), empty(message), resize() }. */
export function results(data, root) {
  const horizon = data.years[data.years.length - 1];
  const by = [...new Set(BY_YEARS.filter((year) => year > data.lastObserved && year <= horizon))];
  const strip = drawing({ class: "strip", "aria-hidden": "true" });
  const numbers = {};
  const parts = Object.entries(STATE_WORDS).map(([state, [name, why]]) => {
    const key = drawing({});
    drawKey(key, state);
    numbers[state] = make("dd", { class: "p", "data-p": state });
    return make("div", {}, make("dt", {}, key, name), numbers[state], make("dd", { class: "why" }, why(data.lastObserved, horizon)));
  });
  root.states.append(make("h2", { class: "hidden" }, "Probability of each state"), strip, make("dl", { class: "parts" }, ...parts));
  const figures = [ratioFigure(data), curveFigure(data, by), shareFigure(data, by)].map((spec) => figure(data, spec));
  root.figures.append(...figures.map(({ element }) => element));
  let current = null;
  let width = 0;
  // Widths are asked for once, not after every change: asking makes the browser lay the page out.
  const measure = () => {
    width = Math.round(strip.clientWidth);
    for (const each of figures) each.resize(width || 640);
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
    for (const each of figures) if (!moving || seen.has(each.element)) each.show(current);
  };
  const visible = (yes) => { root.states.hidden = root.figures.hidden = !yes; };
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
    show(setting, found, moving) {
      visible(true);
      current = { setting, found };
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
  const about = () => ({ title: title.textContent, sub: sub.textContent, source: `Source: ${data.source}. Setting: ${toFragment(data, current.setting)}` });
  const button = (words, action) => make("button", { type: "button", onclick: action, "aria-label": `${words} of ${spec.name}` }, words);
  const element = make("figure", { id: spec.id }, title, sub, make("div", { class: "chart" }, svg, cursor), readout,
    make("dl", { class: "values" }, ...values.map((pair) => make("div", {}, ...pair))),
    make("figcaption", {}, make("span", {}, `Source: ${data.source}`), make("span", { class: "buttons" },
      button("Download SVG", () => save(`overtake-${spec.id}.svg`, "image/svg+xml", svgFile(svg, about()))),
      button("Download CSV", () => save(`overtake-${spec.id}.csv`, "text/csv", csvFile(spec.table(current), toFragment(data, current.setting)))))),
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
      const then = found.years.indexOf(Math.min(2040, found.years[found.years.length - 1]));
      const [low, high] = [25, 75].map((percent) => ratio(found.bands[percent][then]));
      const [us, now] = [who(data, setting), ratio(found.observed[found.at])];
      const told = rulerOf(data, setting).kind === "stock"
        ? `In ${last} the stock of ${us} was ${now} times the coalition\u2019s`
        : `${us} spent ${now} times as much as the coalition in ${last}`;
      return `${told[0].toUpperCase()}${told.slice(1)}; by ${found.years[then]} half the futures lie between ${low} and ${high}`;
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
    draw: (svg, { setting, found }, words, size) => drawRatio(svg, { found, threshold: setting.threshold, words, ratio }, size),
  };
}

function curveFigure(data, by) {
  const at = (found, year) => found.byYear[found.years.indexOf(year)];
  const horizon = data.years[data.years.length - 1];
  return {
    id: "curve",
    read({ found }, year) {
      const place = found.years.indexOf(year);
      return `${year}: ${probability(found.byYear[place])} crossed by then, ${probability(found.ahead[place])} ahead`;
    },
    name: "the crossing curve",
    possible: () => true,
    title: ({ setting, found }) => {
      const year = by[1] ?? horizon;
      return `Probability that ${who(data, setting)} will have crossed by ${year}: ${probability(at(found, year))}`;
    },
    sub: () => "Probability of having crossed by each year (solid) and of being ahead in it (dashed)",
    detail: ({ found }) => [...by, horizon].map((year) => `By ${year} ${probability(at(found, year))}.`).join(" "),
    values: [...by.map((year) => [`by-${year}`, `By ${year}`]), ["median", `Median year, ${data.intervalPct}% interval`]],
    numbers: ({ found }) => [...by.map((year) => probability(at(found, year))), found.median === null ? "\u2013"
      : `${found.median} (${found.low} to ${found.high ?? `after ${horizon}`})`],
    table: ({ found }) => ({
      columns: [column("year", "Year"), column("p_crossed_by", "Crossed by then", probability), column("p_ahead", "Ahead then", probability)],
      rows: rows(found.years, [found.byYear, found.ahead]),
    }),
    draw: (svg, { found }, words, size) => drawCurve(svg, { found, words, probability, marks: by }, size),
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
