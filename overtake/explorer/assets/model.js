// The arithmetic of a balance, as overtake.balances has it: sides, lead, states, crossing curve, break-even share.

const STATES = ["crossed", "crossing", "not_within", "crossed_back"];
const RATIO_PERCENTS = [5, 10, 25, 50, 75, 90, 95];
const SHARE_PERCENTS = [10, 25, 50, 75, 90];

const centre = (rows, first, economy, year) => rows[economy][year - first[economy]];

/** Return a pledge's tier and the part of the way that draws go, null where the setting leaves the economy's plans out. */
function promised(data, setting, iso3) {
  const pledge = data.plans?.economies[iso3]?.tiers[setting.tiers];
  return !pledge || setting.plans === 0 || setting.without.includes(iso3) ? null : pledge;
}

/** Return an economy's shift of growth and its target: its own, else those of the members (never the United States'). */
export function departure(data, setting, iso3) {
  const member = iso3 !== data.breakeven && setting.side[iso3] > 0;
  const own = (map) => map[iso3] ?? (member ? map.members : null) ?? null;
  const target = own(setting.reach);
  const known = data.shares[iso3];
  return { shift: own(setting.growth) ?? 0, target: target && known ? target : null };
}

/** Return the share of GDP in SIPRI's definition that a target asks for, per cent. */
export const inSipris = (data, iso3, { share, definition }) =>
  definition === "government" ? share * (data.shares[iso3].perGovernment ?? 1) : share;

/** Return the yearly lift of each draw by an economy's plans, [year ahead][draw], one column where all go the same part. */
function lifted(data, iso3, pledge, plans) {
  const { perCent, parts } = data.plans.economies[iso3];
  const [last, end] = [data.lastObserved, data.years[data.years.length - 1]];
  const until = Math.min(pledge.knots[pledge.knots.length - 1], end) - last;
  const ways = plans === "cut" ? parts : [plans];
  const [now] = pledge.shares;
  const found = new Float64Array((end - last) * ways.length);
  ways.forEach((part, draw) => {
    const reached = pledge.shares.map((share) => Math.log(now + part * (share - now)));
    for (let ahead = 1; ahead <= end - last; ahead++) {
      const year = Math.min(ahead, until);
      const next = pledge.knots.findIndex((knot) => knot >= last + year);
      const [from, to] = [pledge.knots[next - 1], pledge.knots[next]];
      const way = (last + year - from) / (to - from);
      const level = (1 - way) * reached[next - 1] + way * reached[next];
      found[(ahead - 1) * ways.length + draw] = Math.exp(level) * perCent[year - 1];
    }
  });
  return { each: ways.length > 1 ? 1 : 0, width: ways.length, values: found };
}

/** Return the log of what a setting's growth and target add to an economy, by year; `middle` gives its median in a year. */
function shifted(data, setting, iso3, middle) {
  const { shift, target } = departure(data, setting, iso3);
  let counted = 0;
  const logs = data.years.map((year) => {
    if (year > data.lastObserved && year >= setting.from && year <= setting.to) counted++;
    return counted * Math.log(1 + shift / 100);
  });
  if (!target) return logs;
  const last = data.lastObserved;
  const [goal, at] = [(inSipris(data, iso3, target) / 100) * data.shares[iso3].gdp[target.year - last - 1], data.years.indexOf(target.year)];
  const lift = Math.max(goal / (middle(at) * Math.exp(logs[at])), 1);
  return logs.map((log, place) => log + Math.log(lift) * Math.min(Math.max((data.years[place] - last) / (target.year - last), 0), 1));
}

/** Return all of a setting that moves an economy's draws, as text. */
function ownKey(data, setting, iso3) {
  const { shift, target } = departure(data, setting, iso3);
  const pledge = promised(data, setting, iso3);
  return [
    setting.ruler,
    pledge ? `${setting.tiers} ${setting.plans}` : "",
    shift ? `${shift} ${setting.from} ${setting.to}` : "",
    target ? `${target.share} ${target.year} ${target.definition}` : "",
    iso3 === "CHN" ? `${setting.level} ${setting.yuan}` : "",
  ].join("|");
}

/** Return the log of China's level in all draws alike; none where each draw has its own and is not `central`. */
function levelOf(data, setting, iso3, central) {
  if (iso3 !== "CHN") return 0;
  const { factor, layer } = data.levels.find(({ key }) => key === setting.level);
  return central || !layer ? Math.log(factor) : 0;
}

/** Return the log of what the setting's yuan makes of a ruler's factor in a year, over the ruler's own. */
function yuanOf(data, setting, iso3, ruler, year) {
  const ahead = year - (data.lastObserved - data.years[0]) - 1;
  if (iso3 !== "CHN" || !ruler.yuan || ahead < 0) return 0;
  return ruler.yuan[Math.round((setting.yuan - data.yuan[0]) / data.yuan[2])][ahead];
}

/** Accumulate a stock in place along the years: values [year][draw] of one economy from year `start` on. */
function accumulate(values, draws, start, years, share, { rate, startYears }) {
  const later = Math.min(start + startYears, years - 1);
  for (let draw = 0; draw < draws; draw++) {
    const opening = values[start * draws + draw];
    const growth = Math.log(values[later * draws + draw] / opening) / Math.max(later - start, 1);
    let stock = (share * opening) / (Math.max(growth, 0) + rate);
    values[start * draws + draw] = stock;
    for (let year = start + 1; year < years; year++) {
      stock = (1 - rate) * stock + share * values[year * draws + draw];
      values[year * draws + draw] = stock;
    }
  }
}

/** Return spending on the setting's ruler: `of(economy)` [year][draw], and the first year of each economy. */
function measured(data, setting, draws, years, flow) {
  const ruler = data.rulers.find(({ name }) => name === setting.ruler);
  const stock = ruler.kind === "stock";
  const first = data.first.map((start, economy) => (stock ? start : Math.max(start, ruler.first[economy])));
  const of = (economy) => {
    const values = new Float64Array(years * draws).fill(NaN);
    for (let year = first[economy]; year < years; year++) {
      const factor = stock ? 0 : centre(ruler.centre, ruler.first, economy, year);
      flow(values, economy, year, factor + yuanOf(data, setting, data.economies[economy].iso3, ruler, year), ruler);
    }
    if (stock && first[economy] < years) {
      accumulate(values, draws, first[economy], years, ruler.share[economy], data.stock);
    }
    return values;
  };
  return { first, of };
}

const kept = new Map();

/** Return what `compute` gave when it was last asked under `name` with the same `key`, else ask it. */
function remembered(name, key, compute) {
  if (kept.get(name)?.key !== key) kept.set(name, { key, value: compute() });
  return kept.get(name).value;
}

/** Return the draws on the setting's ruler, one array an economy, kept until something that moves the economy changes. */
function drawn(data, setting) {
  const { draws, years, layers, powers } = data;
  const last = data.lastObserved - data.years[0];
  const plansOf = (iso3) => {
    const pledge = promised(data, setting, iso3);
    return pledge && remembered(`plans ${iso3}`, `${setting.tiers} ${setting.plans}`, () => lifted(data, iso3, pledge, setting.plans));
  };
  /** Return an economy's median in a year, constant US$, plans included. */
  const middle = (economy, plans) => (year) => {
    const from = (economy * years.length + year) * draws;
    const base = Math.exp(centre(data.centre, data.first, economy, year));
    const values = Float64Array.from({ length: draws }, (_, draw) =>
      base * powers.table[layers.draws[from + draw] + powers.zero] *
      (plans ? plans.values[(year - last - 1) * plans.width + draw * plans.each] : 1));
    return quantiles(values, draws, [50])[50][0];
  };
  const fill = (logs, plans) => (values, economy, year, factor, ruler) => {
    const from = (economy * years.length + year) * draws;
    const base = Math.exp(centre(data.centre, data.first, economy, year) + logs[year] + factor);
    const off = ruler.errors ? layers[ruler.errors] : null;
    const level = economy === data.index.CHN ? layers[data.levels.find(({ key }) => key === setting.level).layer] : null;
    const lifts = plans && year > last ? plans : null;
    const begin = lifts ? (year - last - 1) * lifts.width : 0;
    for (let draw = 0; draw < draws; draw++) {
      let steps = layers.draws[from + draw];
      if (off) steps += off[from + draw];
      if (level) steps += level[draw];
      const value = base * powers.table[steps + powers.zero];
      values[year * draws + draw] = lifts ? value * lifts.values[begin + draw * lifts.each] : value;
    }
  };
  const of = (economy) => {
    const { iso3 } = data.economies[economy];
    const plans = plansOf(iso3);
    const level = levelOf(data, setting, iso3, false);
    const logs = shifted(data, setting, iso3, middle(economy, plans)).map((log) => log + level);
    return measured(data, setting, draws, years.length, fill(logs, plans)).of(economy);
  };
  const key = (economy) => ownKey(data, setting, data.economies[economy].iso3);
  const get = (economy) => remembered(economy, key(economy), () => of(economy));
  return { first: measured(data, setting, draws, years.length, null).first, get, key };
}

/** Return the figures as published on the setting's ruler, one draw, to the last observed year. */
function published(data, setting) {
  const years = data.lastObserved - data.years[0] + 1;
  const fill = (values, economy, year, factor) => {
    const value = data.observed[economy][year];
    values[year] = value === null ? NaN : value * Math.exp(levelOf(data, setting, data.economies[economy].iso3, true) + factor);
  };
  const { first, of } = measured(data, setting, 1, years, fill);
  return { first, get: of };
}

/** Return the weighted sum over [economy, weight] pairs, [year][draw] from year `from` on. */
function weighted(get, pairs, from, length) {
  const total = new Float64Array(length);
  for (const [economy, weight] of pairs) {
    const values = get(economy);
    for (let at = 0; at < length; at++) total[at] += weight * values[from + at];
  }
  return total;
}

/** Order `values` between `low` and `high` so far that each of the `wanted` places holds what sorting would put there. */
function place(values, low, high, wanted) {
  while (wanted.length && low < high) {
    const [first, middle, last] = [values[low], values[(low + high) >> 1], values[high]];
    const pivot = Math.max(Math.min(first, middle), Math.min(Math.max(first, middle), last));
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left <= right) {
        const swapped = values[left];
        values[left++] = values[right];
        values[right--] = swapped;
      }
    }
    place(values, low, right, wanted.filter((at) => at <= right));
    wanted = wanted.filter((at) => at >= left);
    low = left;
  }
}

/** Return quantiles over draws for every year: values [year][draw]; linear between order statistics. */
export function quantiles(values, draws, percents) {
  const years = values.length / draws;
  const found = percents.map(() => new Float64Array(years));
  const places = percents.map((percent) => {
    const at = (percent / 100) * (draws - 1);
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, draws - 1), rest: at - low };
  });
  const wanted = [...new Set(places.flatMap(({ low, high }) => [low, high]))];
  const own = new Float64Array(draws);
  for (let year = 0; year < years; year++) {
    own.set(values.subarray(year * draws, (year + 1) * draws));
    place(own, 0, draws - 1, wanted);
    places.forEach(({ low, high, rest }, index) => {
      found[index][year] = own[low] + rest * (own[high] - own[low]);
    });
  }
  return Object.fromEntries(percents.map((percent, index) => [percent, found[index]]));
}

/** Return who leads: 1 where China's side does; the lead changes hands only when the new order lasts `sustain` years. */
export function leads(ratio, draws, sustain, threshold) {
  const years = ratio.length / draws;
  const held = new Uint8Array(ratio.length);
  const run = new Uint16Array(years);
  for (let draw = 0; draw < draws; draw++) {
    for (let year = years - 1; year >= 0; year--) {
      const same =
        year < years - 1 && ratio[year * draws + draw] > threshold === ratio[(year + 1) * draws + draw] > threshold;
      run[year] = same ? run[year + 1] + 1 : 1;
    }
    let now = 0;
    for (let year = 0; year < years; year++) {
      if (run[year] >= sustain) now = ratio[year * draws + draw] > threshold ? 1 : 0;
      held[year * draws + draw] = now;
    }
  }
  return held;
}

/** Return for each draw its state (index into STATES) and year (NaN where there is none); `at`: last observed year. */
export function states(lead, draws, years, at) {
  const code = new Uint8Array(draws);
  const year = new Float64Array(draws).fill(NaN);
  for (let draw = 0; draw < draws; draw++) {
    const held = (index) => lead[index * draws + draw];
    let [before, later, lost] = [false, -1, false];
    for (let index = 0; index < at; index++) if (held(index)) before = true;
    for (let index = years.length - 1; index > at; index--) {
      if (held(index)) later = index;
      else lost = true;
    }
    if (held(at)) {
      let begun = at;
      while (begun > 0 && held(begun - 1)) begun--;
      year[draw] = years[begun];
      code[draw] = lost ? 3 : 0;
    } else {
      if (later > 0) year[draw] = years[later];
      code[draw] = later > 0 ? 1 : before ? 3 : 2;
    }
  }
  return { code, year };
}

/** Return the first of `years` by which a share `level` of draws has crossed, else null. */
const quantileYear = (byYear, years, level) => years.find((_, index) => byYear[index] >= level) ?? null;

/** Return the first year from which all of `members` have a value, at most the last observed one. */
const whole = (members, first, at) => Math.min(Math.max(...members.map((economy) => first[economy])), at);

/** Return everything the page shows of a setting, or { refused: [iso3, ...] } where the ruler lacks members. */
export function evaluate(data, setting) {
  const { draws, index } = data;
  const pairs = Object.entries(setting.side)
    .filter(([, percent]) => percent > 0)
    .map(([iso3, percent]) => [index[iso3], percent / 100]);
  const against = setting.against.map((iso3) => [index[iso3], 1]);
  const us = index[data.breakeven];
  const members = [...against, ...pairs].map(([economy]) => economy);
  const last = data.lastObserved - data.years[0];
  const { first, get, key } = drawn(data, setting);
  const lacking = members.filter((economy) => first[economy] > last);
  if (lacking.length) return { refused: lacking.map((economy) => data.economies[economy].iso3) };

  // What does not change while the share of the United States moves is kept.
  const rest = pairs.filter(([economy]) => economy !== us);
  const all = data.years.length * draws;
  const keyOf = (sides) => sides.map(([economy, weight]) => `${economy} ${weight} ${key(economy)}`).join(";");
  const [theirs, ours] = [keyOf(against), keyOf(rest)];
  const opposed = remembered("opposed", theirs, () => weighted(get, against, 0, all));
  const others = remembered("others", ours, () => weighted(get, rest, 0, all));
  const counted = pairs.find(([economy]) => economy === us)?.[1] ?? 0;
  const from = whole(members, first, last);
  const years = data.years.slice(from);
  const at = last - from;
  const ratio = quotient(opposed, others, counted ? get(us) : null, counted, from * draws);
  const lead = leads(ratio, draws, setting.sustain, setting.threshold);
  const { code, year } = states(lead, draws, years, at);
  const byYear = cumulative(year, years);
  const ahead = years.map((_, place_) => mean(lead, place_ * draws, draws));
  const bands = quantiles(ratio, draws, RATIO_PERCENTS);
  const tail = (100 - data.intervalPct) / 2;
  const interval = quantiles(ratio.subarray(at * draws, (at + 1) * draws), draws, [tail, 100 - tail]);
  const crossedAtAll = byYear[years.length - 1] > 0.5;
  const yearAt = (level) => (crossedAtAll ? quantileYear(byYear, years, level) : null);
  const now = asPublished(data, setting, pairs, against, from, at);
  const sides = { opposed, others, own: first[us] > last ? null : get(us) };
  const begin = Math.max(whole([...against, ...rest].map(([economy]) => economy).concat(us), first, last), last - 15);
  const result = {
    years,
    at,
    bands,
    byYear,
    ahead,
    chosen: Math.max(years.indexOf(setting.year), 0),
    lead: ahead[Math.max(years.indexOf(setting.year), 0)],
    p: Object.fromEntries(STATES.map((name, state) => [name, code.reduce((n, c) => n + (c === state), 0) / draws])),
    margin: now.ratio[at] / setting.threshold - 1,
    marginLow: interval[tail][0] / setting.threshold - 1,
    marginHigh: interval[100 - tail][0] / setting.threshold - 1,
    observed: now.ratio,
    firstCrossed: now.firstCrossed,
    median: yearAt(0.5),
    low: yearAt(tail / 100),
    high: yearAt(1 - tail / 100),
    share: remembered("share", `${theirs}/${ours}/${key(us)}/${setting.threshold}`, () =>
      breakeven(data, setting.threshold, sides, begin),
    ),
  };
  const own = toldOf(data, setting);
  return own ? asTold(result, own) : result;
}

/** Return what the brief says of a setting, where it is the brief's own. */
function toldOf(data, setting) {
  const plain = ({ side, against, ruler, year, ...rest }) => inOrder({ ...rest, threshold: 0 });
  if (plain(setting) !== plain(data.start)) return null;
  const preset = presetOf(data, setting);
  return preset ? data.said[`${preset.key} ${setting.ruler}`] ?? null : null;
}

/** Return a value as text that does not depend on the order of keys. */
export const inOrder = (value) => JSON.stringify(value, (_, one) =>
  one && typeof one === "object" && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).filter(([, each_]) => each_ !== 0).sort()) : one);

/** Return the balance that a setting's sides and threshold equal, if any. */
export function presetOf(data, { side, against, threshold }) {
  const of = (weights) => Object.entries(weights).filter(([, percent]) => percent > 0).sort().join(";");
  return data.presets.find((preset) =>
    of(preset.side) === of(side) && preset.against.join() === against.join() && preset.threshold === threshold);
}

/** Return a result with the brief's numbers, of all its draws, in place of the sample's. */
function asTold(result, { p, ahead, years, margin, ratio, share }) {
  const put_ = (values, from, told) => Float64Array.from(values, (value, place_) => told[place_ - from] ?? value);
  const own = result.share && share ? {
    years: result.share.years,
    bands: Object.fromEntries(SHARE_PERCENTS.map((percent, row) =>
      [percent, put_(result.share.bands[percent], result.share.years.indexOf(result.years[result.at]), share[row])])),
  } : result.share;
  const leading = Array.from(put_(result.ahead, result.at, ahead));
  return {
    ...result,
    bands: Object.fromEntries(RATIO_PERCENTS.map((percent, row) => [percent, put_(result.bands[percent], result.at, ratio[row])])),
    ahead: leading,
    lead: leading[result.chosen],
    p: Object.fromEntries(STATES.map((name, state) => [name, p[state]])),
    marginLow: margin[0],
    marginHigh: margin[1],
    median: years[0],
    low: years[1],
    high: years[2],
    share: own,
    told: true,
  };
}

/** Return China's side over the others plus a share of the United States, from place `from` on. */
function quotient(opposed, others, own, counted, from) {
  const found = new Float64Array(opposed.length - from);
  for (let at = 0; at < found.length; at++) {
    found[at] = opposed[from + at] / (own ? others[from + at] + counted * own[from + at] : others[from + at]);
  }
  return found;
}

/** Return for each of `years` the share of draws whose year is that year or earlier. */
function cumulative(year, years) {
  const counts = new Float64Array(years.length);
  for (const each of year) if (each <= years[years.length - 1]) counts[Math.max(each - years[0], 0)]++;
  let total = 0;
  return Array.from(counts, (count) => (total += count) / year.length);
}

const mean = (values, from, count) => {
  let total = 0;
  for (let at = from; at < from + count; at++) total += values[at];
  return total / count;
};

/** Return the published ratio by year and the first year of the lead that China's side holds now (null: none). */
function asPublished(data, setting, pairs, against, from, at) {
  const { get } = published(data, setting);
  const side = weighted(get, pairs, from, at + 1);
  const ratio = weighted(get, against, from, at + 1).map((value, place) => value / side[place]);
  const years = data.years.slice(from, from + at + 1);
  const { year } = states(leads(ratio, 1, setting.sustain, setting.threshold), 1, years, at);
  return { ratio, firstCrossed: Number.isNaN(year[0]) ? null : year[0] };
}

/** Return quantiles of the US share that brings the sides to the threshold, by year; null without figures of the US. */
function breakeven(data, threshold, { opposed, others, own }, from) {
  if (!own) return null;
  const begin = from * data.draws;
  const share = new Float64Array(opposed.length - begin);
  for (let at = 0; at < share.length; at++) {
    share[at] = (opposed[begin + at] / threshold - others[begin + at]) / own[begin + at];
  }
  return { years: data.years.slice(from), bands: quantiles(share, data.draws, SHARE_PERCENTS) };
}
