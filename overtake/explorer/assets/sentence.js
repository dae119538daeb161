// The sentence that describes a setting: its grammar follows the state, its words the probability.

import { counted, listed, probability, ratio, ratio1, rounded, share, term, verb } from "./words.js";

const SEVERAL = /^(the (?!United)|.* and )/;
const THE = new Set(["USA", "GBR", "PHL"]);

const named = (data, iso3) => (THE.has(iso3) ? "the " : "") + data.economies[data.index[iso3]].name;
const upper = (text) => text[0].toUpperCase() + text.slice(1);

/** Return the names of China's side. */
export const who = (data, setting) => listed(setting.against.map((iso3) => named(data, iso3)));

/** Return the coalition as it stands in a sentence. */
export function whom(data, setting) {
  const side = Object.entries(setting.side).filter(([, percent]) => percent > 0);
  const full = side.filter(([, percent]) => percent === 100).map(([iso3]) => iso3);
  const whole = phrase(data, full);
  const partly = side.filter(([, percent]) => percent < 100);
  const parts = partly.map(([iso3, percent]) => `${percent}% of ${iso3 === "USA" ? "US spending" : named(data, iso3)}`);
  if (whole && parts.length < 3) return listed([whole, ...parts]);
  const us = side.find(([iso3]) => iso3 === "USA");
  const others = full.filter((iso3) => iso3 !== "USA");
  const known = phrase(data, others);
  if (us && known && partly.every(([iso3]) => iso3 === "USA")) {
    return listed([known, us[1] === 100 ? "the United States" : parts[0]]);
  }
  if (side.length <= 4) return listed([...full.map((iso3) => named(data, iso3)), ...parts]);
  const rest = side.length - (us ? 1 : 0);
  const some = partly.some(([iso3]) => iso3 !== "USA") ? " (some in part)" : "";
  const usPart = us ? ` and ${us[1] === 100 ? "the United States" : `${us[1]}% of US spending`}` : "";
  return `${counted(rest)} economies${some}${usPart}`;
}

/** Return one member's name, or the phrase of the starting point of exactly these members in full, or nothing. */
function phrase(data, members) {
  if (members.length === 1) return named(data, members[0]);
  const key = [...members].sort().join();
  return data.presets.find(
    ({ side, against, phrase: words }) =>
      against.length === 1 &&
      !words.includes("%") &&
      Object.values(side).every((percent) => percent === 100) &&
      Object.keys(side).sort().join() === key,
  )?.phrase;
}

/** Return what a setting supposes beyond the futures, as clauses after `if`. */
export function supposed(data, setting) {
  const rate = (value) => `${ratio1(Math.abs(value))} ${Math.abs(value) === 1 ? "point" : "points"} ${value < 0 ? "lower" : "higher"}`;
  const growth = grouped(Object.entries(setting.growth).filter(([, value]) => value).map(([iso3, value]) => [iso3, rate(value)]));
  const targets = grouped(Object.entries(setting.reach).map(([iso3, { share: value, year, definition }]) =>
    [iso3, `${ratio1(value)}% of GDP by ${year} (${definition === "sipri" ? "SIPRI\u2019s definition" : `the government\u2019s own definition${iso3 === "members" ? " where it is known" : ""}`})`]));
  const sees = data.rulers.find(({ name }) => name === setting.ruler).yuan;
  return [
    ...(growth.length ? [`yearly growth of military expenditure is ${listed(growth.map(([names, what]) => `${what} in ${membersOf(data, names)}`))} from ${setting.from} to ${setting.to}`] : []),
    ...(targets.length ? [`the middle path of military expenditure reaches at least ${listed(targets.map(([names, what]) => `${what} in ${membersOf(data, names)}`))}`] : []),
    ...(sees && setting.yuan !== 0 ? [`the yuan ${setting.yuan < 0 ? "loses" : "gains"} ${ratio1(Math.abs(setting.yuan))}% a year in real terms`] : []),
  ];
}

/** Return [names, what] pairs, the names of equal `what` together. */
function grouped(pairs) {
  const found = new Map();
  for (const [iso3, what] of pairs) found.set(what, [...(found.get(what) ?? []), iso3]);
  return [...found].map(([what, names]) => [names, what]);
}

/** Return `Japan and Taiwan`, `eleven economies`, or `each member but the United States`. */
function membersOf(data, names) {
  const known = names.filter((iso3) => iso3 !== "members").map((iso3) => named(data, iso3));
  const several = known.length > 4 ? [`${counted(known.length) ?? known.length} economies`] : known;
  return listed([...several, ...(names.includes("members") ? [`each other member but ${named(data, data.breakeven)}`] : [])]
    .map((words, _, all) => (all.length === 1 ? words.replace("each other member", "each member") : words)));
}

/** Return how a setting measures, where not in constant US$ at SIPRI's level, and what it supposes: the end of a clause. */
export function basis(data, setting) {
  const ruler = data.rulers.find(({ name }) => name === setting.ruler);
  const level = data.levels.find(({ key }) => key === setting.level);
  const plans = !data.plans || (setting.tiers === data.start.tiers && setting.plans === data.start.plans && !setting.without.length)
    ? [] : [planned_(data, setting)];
  return [
    ...(setting.ruler === "constant_usd" ? [] : [`measured by ${ruler.label}`]),
    ...(setting.level === "sipri" ? [] : [`with China\u2019s level ${setting.level === "uncertain" ? "uncertain" : `from ${level.label}`}`]),
    ...plans,
    ...(supposed(data, setting).length ? [`if ${supposed(data, setting).join(" and ")}`] : []),
  ].map((words) => `, ${words}`).join("");
}

/** Return which plans count and how far. */
function planned_(data, { tiers, plans, without }) {
  if (tiers === "none" || plans === 0) return "without announced plans";
  const far = plans === "cut" ? "as far as such plans have gone" : `${share(plans)} of the way`;
  const which = tiers === "as set" ? "plans of the tiers set" : `plans down to those ${tiers === "aim" ? "that are mere aims" : tiers}`;
  const left = without.length ? `, those of ${listed(without.map((iso3) => named(data, iso3)))} left out` : "";
  return `with ${which} ${far}${left}`;
}

/** Return the event of the headline, after `probability that`. */
export function event(data, setting) {
  const [us, several] = [who(data, setting), setting.against.length > 1];
  const verb_ = setting.threshold === 1 ? `${several ? "lead" : "leads"} ` : `${several ? "exceed" : "exceeds"} ${ratio(setting.threshold)} times `;
  return `${us} ${verb_}${whom(data, setting)} in ${setting.year}`;
}

/** Return the headline of a pinned setting beside the one shown: both probabilities and the difference in points. */
export function compared(data, pinned, setting, found) {
  const points = rounded(100 * found.lead) - rounded(100 * pinned.found.lead);
  const difference = points === 0 ? "no point apart" : `${Math.abs(points)} ${Math.abs(points) === 1 ? "point" : "points"} ${points > 0 ? "lower" : "higher"} than what is set now`;
  return `Pinned: ${probability(pinned.found.lead)}, ${difference}, that ${event(data, pinned.setting)}${basis(data, pinned.setting)}.`;
}

/** Return the state to write about, as the brief chooses it: of the figures where China's side leads, or led before. */
export function state(found, setting) {
  if (found.margin > 0) return found.firstCrossed === null ? "new" : "ahead";
  let run = 0;
  const ledBefore = found.observed.slice(0, found.at + 1).some((ratio) => (run = ratio > setting.threshold ? run + 1 : 0) >= setting.sustain);
  return ledBefore && byHorizon(found) < 0.5 ? "regained" : "open";
}

/** Return the probability that China's side leads now or takes the lead by the last year. */
const byHorizon = ({ byYear }) => byYear[byYear.length - 1];

/** Return one sentence on the setting: what has happened or will, with probability, year and interval. */
export function sentence(data, setting, found) {
  const [us, them] = [who(data, setting), whom(data, setting)];
  const several = setting.against.length > 1;
  const end = data.years[data.years.length - 1];
  const told = state(found, setting);
  const parity = setting.threshold === 1;
  const stock = data.rulers.find(({ name }) => name === setting.ruler).kind === "stock";
  const level = parity ? "" : `${ratio(setting.threshold)} times the ${stock ? "stock" : "spending"} of `;
  // The calibrated word, where the verb has not said it already.
  const calls = (value) =>
    `${probability(value)} probability${verb(data, value, several).includes(term(data, value)) ? "" : `, ${term(data, value)}`}`;
  const rest = basis(data, setting);
  if (told === "ahead") {
    // What is said of a lead is who leads in a year: that rises with China's side, unlike the chance of losing it.
    const p = found.ahead[found.ahead.length - 1];
    const link = p >= 0.45 ? "and" : "but";
    return upper(`${us} passed ${level}${them} ${since(found)} ${link} ${verb(data, p, several)} lead in ${end} (${calls(p)})${rest}.`);
  }
  if (told === "new") {
    const p = found.ahead[found.ahead.length - 1];
    const now = `${stock || !parity ? "surpass" : "outspend"}${several ? "" : stock || !parity ? "es" : "s"}`;
    return upper(`${us} newly ${now} ${level}${them}, and ${verb(data, p, several)} lead in ${end} (${calls(p)})${rest}.`);
  }
  if (told === "regained") {
    const has = SEVERAL.test(them) ? "have" : "has";
    const p = 1 - byHorizon(found);
    return upper(
      `${us} once ${parity ? "led" : "surpassed"} ${level}${them}, which ${has} regained the lead and ${verb(data, p, has === "have")} ` +
        `keep it to ${end} (${calls(p)})${rest}.`,
    );
  }
  const p = byHorizon(found);
  const head = `${us} ${verb(data, p, several)} ${parity ? "overtake" : "surpass"} ${level}${them} by ${end} (${calls(p)})${rest}`;
  if (p <= 0.5 || found.median === null) return upper(`${head}.`);
  const until = (year) => year ?? `after ${end}`;
  return upper(`${head}; the median year is ${found.median}, the interval ${until(found.low)} to ${until(found.high)}.`);
}

/** Return `in 2020`, or `in or before 1989` where the lead is as old as the figures. */
function since({ firstCrossed, years }) {
  if (firstCrossed === null) return "lately";
  return `${firstCrossed > years[0] ? "in" : "in or before"} ${firstCrossed}`;
}

/** Return the sentence on the share of US spending that would bring the sides level in `year`. */
export function shareSentence(data, setting, found, year) {
  if (!found.share) return "The chosen ruler has no figures for the United States.";
  const at = found.share.years.indexOf(year);
  const [low, middle, high] = [10, 50, 90].map((percent) => found.share.bands[percent][at]);
  const counts = setting.side.USA ?? 0;
  const level = setting.threshold === 1 ? "level" : "at the threshold";
  const rest = basis(data, setting);
  const others = Object.entries(setting.side).some(([iso3, percent]) => iso3 !== "USA" && percent > 0);
  if (!others) {
    return (
      `In ${year}, ${share(middle)} of US spending would bring the two ${level} ` +
      `(80% interval ${share(low)} to ${share(high)})${rest}.`
    );
  }
  if (rounded(100 * middle) <= 0) {
    return `In ${year} the coalition would need no US spending to be ${level} (break-even ${share(middle)}, 80% interval ${share(low)} to ${share(high)})${rest}.`;
  }
  if (middle > 1) {
    return `In ${year} all US spending would not bring the coalition ${level} (break-even ${share(middle)}, 80% interval ${share(low)} to ${share(high)})${rest}.`;
  }
  return (
    `To be ${level} in ${year}, the coalition would need ${share(middle)} of US spending ` +
    `(80% interval ${share(low)} to ${share(high)}); it counts ${counts === 0 ? "none" : `${counts}%`}${rest}.`
  );
}
