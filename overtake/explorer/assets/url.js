// A setting as the address's fragment and back; a hand-made address is taken whole or refused whole.

const KEYS = ["side", "against", "ruler", "level", "threshold", "sustain", "plans", "tiers", "without", "growth", "from", "to",
  "reach", "yuan", "year", "pin"];
const LONGEST = 1600;

/** Points of growth a year, and per cent of GDP, that an address may ask for: low, high, step. */
const GROWTH = [-20, 20, 0.1];
const SHARE = [0.1, 20, 0.1];

/** Keys that are written only where they differ from the page's start; as text. */
const DEPARTURES = {
  tiers: ({ tiers }) => tiers,
  without: ({ without }) => without.join(","),
  growth: ({ growth }) => Object.entries(growth).filter(([, rate]) => rate).sort().map(([who, rate]) => `${who}:${rate}`).join(","),
  from: ({ from }) => from,
  to: ({ to }) => to,
  reach: ({ reach }) => Object.entries(reach).sort().map(([who, { share, year, definition }]) =>
    `${who}:${share}:${year}${definition === "sipri" ? "" : `:${definition}`}`).join(","),
  yuan: ({ yuan }) => yuan,
};

/** Return the fragment of a setting, without the #. */
export function toFragment(data, setting) {
  const side = data.economies
    .map(({ iso3 }) => [iso3, setting.side[iso3] ?? 0])
    .filter(([, percent]) => percent > 0)
    .map(([iso3, percent]) => (percent === 100 ? iso3 : `${iso3}:${percent / 100}`));
  const values = {
    side: side.join(","),
    against: setting.against.join(","),
    ruler: setting.ruler,
    level: setting.level,
    threshold: setting.threshold,
    sustain: setting.sustain,
    ...(data.plans ? { plans: setting.plans } : {}),
  };
  for (const [key, written] of Object.entries(DEPARTURES)) {
    if (String(written(setting)) !== String(written(data.start))) values[key] = written(setting) === "" ? "none" : written(setting);
  }
  return Object.entries({ ...values, year: setting.year }).map(([key, value]) => `${key}=${value}`).join("&");
}

/** Return { setting, pin, problems }: keys left out keep the values of `start`; with any problem the setting is `start`. */
export function fromFragment(data, text, start) {
  const problems = [];
  const setting = structuredClone(start);
  if (text.length > LONGEST) {
    return { setting, pin: null, problems: [`the address is ${text.length} characters long; allowed: up to ${LONGEST}`] };
  }
  const known = KEYS.filter((key) => (data.plans || !PLANS.includes(key)) && (data.yuan || key !== "yuan"));
  const seen = new Set();
  let pin = null;
  for (const part of text.split("&").filter(Boolean)) {
    const [key, ...rest] = part.split("=");
    const value = decoded(rest.join("="));
    if (!known.includes(key)) problems.push(`${shown(key)}: unknown; allowed: ${known.join(", ")}`);
    else if (seen.has(key)) problems.push(`${key}: given twice; allowed once`);
    else if (value === null) problems.push(`${key}: cannot be decoded`);
    else if (key === "pin") {
      const read = value.includes("pin=") ? { problems: ["pin: holds a pin of its own; allowed: one setting"] } : fromFragment(data, value, start);
      pin = read.setting;
      problems.push(...read.problems);
    } else READ[key](data, value, setting, problems);
    seen.add(key);
  }
  if (!problems.length) problems.push(...together(setting));
  return problems.length ? { setting: structuredClone(start), pin: null, problems } : { setting, pin, problems };
}

const PLANS = ["plans", "tiers", "without"];

const shown = (text) => `“${text.length > 30 ? `${text.slice(0, 30)}…` : text}”`;

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Return the number that `text` is, from low to high in whole steps, else null. */
function number(text, low, high, step) {
  if (!/^-?\d{1,4}(\.\d{1,4})?$/.test(text)) return null;
  const value = Number(text);
  const steps = value / step;
  return value >= low && value <= high && Math.abs(steps - Math.round(steps)) < 1e-9 ? value : null;
}

function oneOf(key, names) {
  return (data, text, setting, problems) => {
    const known = names(data);
    if (known.includes(text)) setting[key] = text;
    else problems.push(`${key} ${shown(text)}: unknown; allowed: ${known.join(", ")}`);
  };
}

function numeric(key, limits) {
  return (data, text, setting, problems) => {
    const [low, high, step] = limits(data);
    const value = number(text, low, high, step);
    if (value !== null) setting[key] = value;
    else problems.push(`${key} ${shown(text)}; allowed: ${low} to ${high} in steps of ${step}`);
  };
}

const READ = {
  ruler: oneOf("ruler", (data) => data.rulers.map(({ name }) => name)),
  level: oneOf("level", (data) => data.levels.map(({ key }) => key)),
  threshold: numeric("threshold", (data) => data.thresholds),
  sustain: numeric("sustain", () => [1, 10, 1]),
  tiers: oneOf("tiers", (data) => data.plans.tiers),
  from: numeric("from", (data) => yearsAhead(data)),
  to: numeric("to", (data) => yearsAhead(data)),
  yuan: numeric("yuan", (data) => data.yuan),
  year: numeric("year", (data) => [data.lastObserved, data.years[data.years.length - 1], 1]),
  without(data, text, setting, problems) {
    const known = Object.keys(data.plans.economies);
    setting.without = text === "none" ? [] : text.split(",").sort();
    const unknown = setting.without.find((iso3, at) => !known.includes(iso3) || setting.without.indexOf(iso3) !== at);
    if (unknown !== undefined) problems.push(`without ${shown(unknown)}; allowed: none, or once each of ${known.join(", ")}`);
  },
  growth(data, text, setting, problems) {
    setting.growth = {};
    for (const part of text === "none" ? [] : text.split(",")) {
      const [who, rate, ...more] = part.split(":");
      const value = more.length || rate === undefined ? null : number(rate, ...GROWTH);
      if (!whose(data, who)) problems.push(`growth ${shown(who)}: unknown; allowed: members, or an economy`);
      else if (Object.hasOwn(setting.growth, who)) problems.push(`growth ${who}: named twice; allowed once`);
      else if (value === null) problems.push(`growth ${shown(part)}; allowed: ${GROWTH[0]} to ${GROWTH[1]} points in steps of ${GROWTH[2]}`);
      else if (value) setting.growth[who] = value;
    }
  },
  reach(data, text, setting, problems) {
    setting.reach = {};
    const [low, high] = yearsAhead(data);
    for (const part of text === "none" ? [] : text.split(",")) {
      const [who, share, by, definition = "sipri", ...more] = part.split(":");
      const [value, year] = [number(share ?? "", ...SHARE), number(by ?? "", low, high, 1)];
      if (!whose(data, who) || (who !== "members" && !Object.hasOwn(data.shares, who))) {
        problems.push(`reach ${shown(who)}: unknown; allowed: members, or an economy with figures of its GDP`);
      } else if (Object.hasOwn(setting.reach, who)) problems.push(`reach ${who}: named twice; allowed once`);
      else if (value === null || year === null || more.length || !["sipri", "government"].includes(definition)) {
        problems.push(`reach ${shown(part)}; allowed: economy, ${SHARE[0]} to ${SHARE[1]} per cent of GDP, ${low} to ${high}, sipri or government`);
      } else if (definition === "government" && who !== "members" && !data.shares[who].perGovernment) {
        problems.push(`reach ${who}: no factor from its government's definition; allowed: sipri`);
      } else setting.reach[who] = { share: value, year, definition };
    }
  },
  plans(data, text, setting, problems) {
    if (text === "cut") setting.plans = "cut";
    // Addresses of earlier pages.
    else if (text === "brief") setting.plans = data.start.plans;
    else numeric("plans", () => [0, 1, data.plans.step])(data, text, setting, problems);
  },
  against(data, text, setting, problems) {
    if (text === "CHN" || text === "CHN,RUS") setting.against = text.split(",");
    else problems.push(`against ${shown(text)}; allowed: CHN or CHN,RUS`);
  },
  side(data, text, setting, problems) {
    setting.side = {};
    for (const part of text.split(",")) {
      const [iso3, weight = "1", ...more] = part.split(":");
      const percent = more.length ? null : number(weight, 0, 1, 0.01);
      if (!Object.hasOwn(data.index, iso3)) {
        problems.push(`side ${shown(iso3)}: unknown economy; allowed: ${data.economies.map((e) => e.iso3).join(", ")}`);
      } else if (Object.hasOwn(setting.side, iso3)) problems.push(`side ${iso3}: named twice; allowed once`);
      else if (percent === null) problems.push(`side ${shown(part)}: its share; allowed: 0 to 1 in steps of 0.01`);
      else setting.side[iso3] = Math.round(percent * 100);
    }
  },
};

const yearsAhead = (data) => [data.lastObserved + 1, data.years[data.years.length - 1], 1];
const whose = (data, who) => who === "members" || Object.hasOwn(data.index, who);

/** Return what is wrong with a setting as a whole. */
function together({ side, against, from, to }) {
  const both = against.filter((iso3) => side[iso3] > 0);
  const problems = both.map((iso3) => `${iso3}: stands on both sides; allowed on one`);
  if (!Object.values(side).some((percent) => percent > 0)) problems.push("side: counts nothing; at least one share must be above 0");
  if (to < from) problems.push(`to ${to}: before from ${from}; allowed: not before`);
  return problems;
}
