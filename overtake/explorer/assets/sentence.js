// The sentence that describes a setting: its grammar follows the state, its words the probability.

import { counted, listed, probability, ratio, rounded, share, term, verb } from "./words.js";

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

/** Return the state to write about, as the brief chooses it; `ahead`: that China's side spends more now. */
export function state({ margin, p }) {
  if (margin > 0) return "ahead";
  return ["crossing", "not_within", "crossed_back"].reduce((best, name) => (p[name] > p[best] ? name : best));
}

/** Return one sentence on the setting: what has happened or will, with probability, year and interval. */
export function sentence(data, setting, found) {
  const [us, them] = [who(data, setting), whom(data, setting)];
  const several = setting.against.length > 1;
  const end = data.years[data.years.length - 1];
  const told = state(found);
  const parity = setting.threshold === 1;
  const level = parity ? "" : `${ratio(setting.threshold)} times the spending of `;
  const calls = (value) => `${probability(value)} probability, ${term(data, value)}`;
  if (told === "ahead") {
    // What is said of a lead is who leads in a year: that rises with China's side, unlike the chance of losing it.
    const p = found.ahead[found.ahead.length - 1];
    const [link, then] = p >= 0.45 ? ["and", "still lead"] : ["but", "lead"];
    return upper(`${us} passed ${level}${them} ${since(found)} ${link} ${verb(data, p, several)} ${then} in ${end} (${calls(p)}).`);
  }
  if (told === "crossed_back") {
    const [has, keep] = SEVERAL.test(them) ? ["have", "keep"] : ["has", "keep"];
    const p = found.p.crossed_back;
    return upper(
      `${us} once ${parity ? "led" : "surpassed"} ${level}${them}, which ${has} regained the lead and ${verb(data, p, has === "have")} ` +
        `${keep} it to ${end} (${calls(p)}).`,
    );
  }
  const p = found.p.crossing;
  const head = `${us} ${verb(data, p, several)} ${parity ? "overtake" : "surpass"} ${level}${them} by ${end} (${calls(p)})`;
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
  const others = Object.entries(setting.side).some(([iso3, percent]) => iso3 !== "USA" && percent > 0);
  if (!others) {
    return (
      `In ${year}, ${share(middle)} of US spending would bring the two ${level} ` +
      `(80% interval ${share(low)} to ${share(high)}).`
    );
  }
  if (rounded(100 * middle) <= 0) {
    return `In ${year} the coalition would need no US spending to be ${level} (break-even ${share(middle)}, 80% interval ${share(low)} to ${share(high)}).`;
  }
  if (middle > 1) {
    return `In ${year} all US spending would not bring the coalition ${level} (break-even ${share(middle)}, 80% interval ${share(low)} to ${share(high)}).`;
  }
  return (
    `To be ${level} in ${year}, the coalition would need ${share(middle)} of US spending ` +
    `(80% interval ${share(low)} to ${share(high)}); it now counts ${counts === 0 ? "none" : `${counts}%`}.`
  );
}
