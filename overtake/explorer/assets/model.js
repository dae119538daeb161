// The arithmetic of a balance, as overtake.balances has it: sides, lead, states, crossing curve, break-even share.

const STATES = ["crossed", "crossing", "not_within", "crossed_back"];
const RATIO_PERCENTS = [5, 10, 25, 50, 75, 90, 95];
const SHARE_PERCENTS = [10, 25, 50, 75, 90];

const centre = (rows, first, economy, year) => rows[economy][year - first[economy]];

/** Return log US$ that plans and China's level add to an economy in a year. */
function added(data, setting, economy, year) {
  const level = economy === data.index.CHN ? Math.log(data.levels.find((l) => l.key === setting.level).factor) : 0;
  return level + (data.plans ? (setting.plans - data.plans.base) * data.plans.lift[economy][year] : 0);
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
      flow(values, economy, year, added(data, setting, economy, year), factor, ruler);
    }
    if (stock && first[economy] < years) {
      accumulate(values, draws, first[economy], years, ruler.share[economy], data.stock);
    }
    return values;
  };
  return { first, of };
}

const cache = new Map();

/** Return the draws on the setting's ruler, one array an economy, kept until ruler, level or plans change. */
function drawn(data, setting) {
  const { draws, years, layers } = data;
  const fill = (values, economy, year, add, factor, ruler) => {
    const from = (economy * years.length + year) * draws;
    const base = centre(data.centre, data.first, economy, year);
    const off = ruler.errors ? layers[ruler.errors] : null;
    for (let draw = 0; draw < draws; draw++) {
      const flow = base + layers.draws[from + draw] * data.step + add;
      values[year * draws + draw] = Math.exp(flow + (factor + (off ? off[from + draw] * data.step : 0)));
    }
  };
  const { first, of } = measured(data, setting, draws, years.length, fill);
  const common = `${setting.ruler}|${setting.plans}`;
  const get = (economy) => {
    const key = `${common}|${economy === data.index.CHN ? setting.level : ""}`;
    if (cache.get(economy)?.key !== key) cache.set(economy, { key, values: of(economy) });
    return cache.get(economy).values;
  };
  return { first, get };
}

/** Return the figures as published on the setting's ruler, one draw, to the last observed year. */
function published(data, setting) {
  const years = data.lastObserved - data.years[0] + 1;
  const fill = (values, economy, year, add, factor) => {
    const value = data.observed[economy][year];
    values[year] = value === null ? NaN : value * Math.exp(add + factor);
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

/** Return quantiles over draws for every year: values [year][draw]; linear between order statistics. */
export function quantiles(values, draws, percents) {
  const years = values.length / draws;
  const found = percents.map(() => new Float64Array(years));
  for (let year = 0; year < years; year++) {
    const sorted = values.slice(year * draws, (year + 1) * draws).sort();
    percents.forEach((percent, index) => {
      const at = (percent / 100) * (draws - 1);
      const low = Math.floor(at);
      const high = Math.min(low + 1, draws - 1);
      found[index][year] = sorted[low] + (at - low) * (sorted[high] - sorted[low]);
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
  const { first, get } = drawn(data, setting);
  const lacking = members.filter((economy) => first[economy] > last);
  if (lacking.length) return { refused: lacking.map((economy) => data.economies[economy].iso3) };

  const from = whole(members, first, last);
  const years = data.years.slice(from);
  const at = last - from;
  const length = years.length * draws;
  const side = weighted(get, pairs, from * draws, length);
  const ratio = weighted(get, against, from * draws, length).map((value, place) => value / side[place]);
  const lead = leads(ratio, draws, setting.sustain, setting.threshold);
  const { code, year } = states(lead, draws, years, at);
  const byYear = years.map((calendar) => year.reduce((count, each) => count + (each <= calendar), 0) / draws);
  const ahead = years.map((_, place) => mean(lead, place * draws, draws));
  const bands = quantiles(ratio, draws, RATIO_PERCENTS);
  const tail = (100 - data.intervalPct) / 2;
  const interval = quantiles(ratio.slice(at * draws, (at + 1) * draws), draws, [tail, 100 - tail]);
  const crossedAtAll = byYear[years.length - 1] > 0.5;
  const yearAt = (level) => (crossedAtAll ? quantileYear(byYear, years, level) : null);
  const now = asPublished(data, setting, pairs, against, from, at);
  return {
    years,
    at,
    bands,
    byYear,
    ahead,
    p: Object.fromEntries(STATES.map((name, state) => [name, code.reduce((n, c) => n + (c === state), 0) / draws])),
    margin: now.ratio[at] / setting.threshold - 1,
    marginLow: interval[tail][0] / setting.threshold - 1,
    marginHigh: interval[100 - tail][0] / setting.threshold - 1,
    observed: now.ratio,
    firstCrossed: now.firstCrossed,
    median: yearAt(0.5),
    low: yearAt(tail / 100),
    high: yearAt(1 - tail / 100),
    share: breakeven(data, setting, { get, first, pairs, against, us, last }),
  };
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

/** Return quantiles of the US share that brings the sides to the threshold, by year, or null where none is to be had. */
function breakeven(data, setting, { get, first, pairs, against, us, last }) {
  const rest = pairs.filter(([economy]) => economy !== us);
  const members = [...against, ...rest].map(([economy]) => economy).concat(us);
  if (first[us] > last) return null;
  const from = whole(members, first, last);
  const length = (data.years.length - from) * data.draws;
  const opposed = weighted(get, against, from * data.draws, length);
  const others = weighted(get, rest, from * data.draws, length);
  const own = get(us);
  const share = opposed.map(
    (value, at) => (value / setting.threshold - others[at]) / own[from * data.draws + at],
  );
  return { years: data.years.slice(from), bands: quantiles(share, data.draws, SHARE_PERCENTS) };
}
