// How numbers are written and probabilities called: the brief's formats and words.

/** Return `value` rounded to a whole number, halves to the even one, as the brief rounds. */
export function rounded(value) {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value) + 0;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Return a number's text with a true minus sign and its thousands set apart by commas. */
const written = (text) => text.replace("-", "\u2212").replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");

/** Return a probability in whole per cent, never 0 or 100, which no number of draws can show. */
export function probability(value) {
  const percent = rounded(100 * value);
  if (percent < 1) return "<1%";
  return percent > 99 ? ">99%" : `${percent}%`;
}

/** Return a share in whole per cent. */
export const share = (value) => written(`${rounded(100 * value)}%`);

/** Return a number with as many decimals as it needs, at most one. */
export const ratio1 = (value) => written(String(Math.round(10 * value) / 10));

/** Return a ratio with two decimals. */
export const ratio = (value) => written(value.toFixed(2));

/** Return the word of the first class whose upper bound exceeds `value`; column 1 for one subject, 2 for several. */
const classed = (classes, value, column) => classes.find(([bound]) => value < bound)[column];

export const term = (data, value) => classed(data.terms, value, 1);
export const verb = (data, value, several) => classed(data.verbs, value, several ? 2 : 1);

/** Return `a`, `a and b`, or `a, b and c`. */
export const listed = (parts) =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;

const COUNTS = "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(" ");
export const counted = (number) => COUNTS[number];
