// A setting as the address's fragment and back; a hand-made address is taken whole or refused whole.

const KEYS = ["side", "against", "ruler", "level", "threshold", "sustain", "plans"];
const LONGEST = 600;

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
  return Object.entries(values).map(([key, value]) => `${key}=${value}`).join("&");
}

/** Return { setting, problems }: keys left out keep the values of `start`; with any problem the setting is `start`. */
export function fromFragment(data, text, start) {
  const problems = [];
  const setting = structuredClone(start);
  if (text.length > LONGEST) {
    return { setting, problems: [`the address is ${text.length} characters long; allowed: up to ${LONGEST}`] };
  }
  const seen = new Set();
  for (const part of text.split("&").filter(Boolean)) {
    const [key, ...rest] = part.split("=");
    const value = decoded(rest.join("="));
    if (!KEYS.includes(key) || (key === "plans" && !data.plans)) {
      problems.push(`${shown(key)}: unknown; allowed: ${KEYS.filter((k) => k !== "plans" || data.plans).join(", ")}`);
    } else if (seen.has(key)) problems.push(`${key}: given twice; allowed once`);
    else if (value === null) problems.push(`${key}: cannot be decoded`);
    else READ[key](data, value, setting, problems);
    seen.add(key);
  }
  if (!problems.length) problems.push(...together(setting));
  return problems.length ? { setting: structuredClone(start), problems } : { setting, problems };
}

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
  if (!/^\d{1,2}(\.\d{1,4})?$/.test(text)) return null;
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
  plans(data, text, setting, problems) {
    if (text === "brief") setting.plans = "brief";
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

/** Return what is wrong with a setting as a whole. */
function together({ side, against }) {
  const both = against.filter((iso3) => side[iso3] > 0);
  const problems = both.map((iso3) => `${iso3}: stands on both sides; allowed on one`);
  if (!Object.values(side).some((percent) => percent > 0)) problems.push("side: counts nothing; at least one share must be above 0");
  return problems;
}
