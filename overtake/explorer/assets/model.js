// The arithmetic of a balance, as overtake.balances has it: sides, lead, states, crossing curve, break-even share.

const STATES = ["crossed", "crossing", "not_within", "crossed_back"];
const RATIO_PERCENTS = [5, 10, 25, 50, 75, 90, 95];
const SHARE_PERCENTS = [10, 25, 50, 75, 90];

const centre = (rows, first, economy, year) => rows[economy][year - first[economy]];

/** Return what China's level and a chosen part of the plans add to an economy's logs in a year, the same in any draw. */
function added(data, setting, economy, year, central) {
  const { factor, layer } = data.levels.find(({ key }) => key === setting.level);
  const level = economy === data.index.CHN && (central || !layer) ? Math.log(factor) : 0;
  const lifts = data.plans && setting.plans > 0 ? data.plans.lifts[data.economies[economy].iso3] : null;
  if (!lifts || year < data.plans.ahead) return level;
  return level + lifts[Math.round(setting.plans / data.plans.step) - 1][year - data.plans.ahead];
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
      flow(values, economy, year, added(data, setting, economy, year, draws === 1), factor, ruler);
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

/** Return the draws on the setting's ruler, one array an economy, kept until ruler, level or plans change. */
function drawn(data, setting) {
  const { draws, years, layers, powers } = data;
  const fill = (values, economy, year, add, factor, ruler) => {
    const from = (economy * years.length + year) * draws;
    const middle = Math.exp(centre(data.centre, data.first, economy, year) + add + factor);
    const off = ruler.errors ? layers[ruler.errors] : null;
    const plans = data.plans && setting.plans === "brief" ? layers.plans : null;
    const level = economy === data.index.CHN ? layers[data.levels.find(({ key }) => key === setting.level).layer] : null;
    for (let draw = 0; draw < draws; draw++) {
      let steps = layers.draws[from + draw];
      if (plans) steps += plans[from + draw];
      if (off) steps += off[from + draw];
      if (level) steps += level[draw];
      values[year * draws + draw] = middle * powers.table[steps + powers.zero];
    }
  };
  const { first, of } = measured(data, setting, draws, years.length, fill);
  const get = (economy) => {
    const { iso3 } = data.economies[economy];
    const plans = data.plans?.lifts[iso3] ? setting.plans : "";
    const key = `${setting.ruler}|${plans}|${iso3 === "CHN" ? setting.level : ""}`;
    return remembered(economy, key, () => of(economy));
  };
  return { first, get, key: `${setting.ruler}|${setting.plans}|${setting.level}` };
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
  const opposed = remembered("opposed", `${key}|${against}`, () => weighted(get, against, 0, all));
  const others = remembered("others", `${key}|${rest.join(";")}`, () => weighted(get, rest, 0, all));
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
    share: remembered("share", `${key}|${against}|${rest.join(";")}|${setting.threshold}`, () =>
      breakeven(data, setting.threshold, sides, begin),
    ),
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
