// The three drawings: the ratio as a fan, the crossing curve, the break-even share. Presentation attributes only, so
// that a drawing can leave the page as it is; colours are the page's variables, replaced on the way out.

const FONT = "'Source Sans 3', 'Helvetica Neue', Arial, sans-serif";
const BANDS = { 90: [5, 95], 80: [10, 90], 50: [25, 75] };

/** Return the drawing's frame: scales, an empty svg with axes, and helpers; clears what was drawn before. */
function frame(svg, { width, height, label, detail, years, domain, ticks, format, right }) {
  const small = width < 480;
  const margin = { top: 18, right: small ? Math.min(right, 88) : right, bottom: 26, left: 40 };
  const x = d3.scaleLinear([years[0], years[years.length - 1]], [margin.left, width - margin.right]);
  const y = d3.scaleLinear(domain, [height - margin.bottom, margin.top]);
  const root = d3.select(svg);
  root.selectAll("*").remove();
  root.attr("viewBox", `0 0 ${width} ${height}`).attr("height", height).attr("role", "img");
  root.attr("aria-label", `${label} ${detail}`).attr("font-family", FONT).attr("font-size", 13);
  const id = svg.id;
  const [plotWidth, plotHeight] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  const clip = (name, from, to) =>
    root.append("clipPath").attr("id", `${id}-${name}`).append("rect").attr("x", margin.left).attr("width", plotWidth)
      .attr("y", from).attr("height", Math.max(0, to - from));
  clip("all", margin.top, height - margin.bottom);
  for (const tick of ticks) {
    root.append("line").attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", y(tick)).attr("y2", y(tick))
      .attr("stroke", "var(--rule)").attr("stroke-width", 0.7);
    text(root, margin.left - 6, y(tick) + 4, format(tick), "var(--muted)", "end");
  }
  const step = [2, 5, 10, 20].find((each) => (years.length - 1) / each <= (small ? 4.2 : 8.2));
  root.append("line").attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", height - margin.bottom)
    .attr("y2", height - margin.bottom).attr("stroke", "var(--muted)").attr("stroke-width", 0.8);
  for (const year of years.filter((each) => each % step === 0)) {
    root.append("line").attr("x1", x(year)).attr("x2", x(year)).attr("y1", height - margin.bottom)
      .attr("y2", height - margin.bottom + 4).attr("stroke", "var(--muted)").attr("stroke-width", 0.8);
    text(root, x(year), height - 8, year, "var(--muted)", "middle");
  }
  return { root, x, y, width, height, margin, small, clip, id, plotHeight };
}

function text(root, x, y, words, fill, anchor = "start", weight = 400) {
  return root.append("text").attr("x", x).attr("y", y).attr("fill", fill).attr("text-anchor", anchor)
    .attr("font-weight", weight).text(words);
}

/** Write inside the plot, with a halo that keeps the words legible over lines and bands. */
function inside(root, x, y, words, fill, weight = 400) {
  return text(root, x, y, words, fill, "start", weight).attr("stroke", "var(--paper)").attr("stroke-width", 3)
    .attr("stroke-linejoin", "round").attr("paint-order", "stroke").attr("font-size", 12.5);
}

/** Draw a line through [year, value] points; `dash` as in stroke-dasharray. */
function line({ root, x, y, id }, years, values, stroke, { dash = null, width = 2.2 } = {}) {
  const path = d3.line().defined((_, at) => Number.isFinite(values[at])).x((year) => x(year)).y((_, at) => y(values[at]));
  return root.append("path").attr("d", path(years)).attr("fill", "none").attr("stroke", stroke)
    .attr("stroke-width", width).attr("stroke-dasharray", dash).attr("stroke-linecap", dash ? "butt" : "round")
    .attr("stroke-linejoin", "round").attr("clip-path", `url(#${id}-all)`);
}

/** Draw the band between two quantiles. */
function band({ root, x, y }, years, low, high, fill, opacity, clip) {
  const path = d3.area().x((year) => x(year)).y0((_, at) => y(low[at])).y1((_, at) => y(high[at]));
  root.append("path").attr("d", path(years)).attr("fill", fill).attr("fill-opacity", opacity).attr("clip-path", `url(#${clip})`);
}

/** Draw the rule between figures and futures. */
function divide({ root, x, margin, height }, year) {
  root.append("line").attr("x1", x(year)).attr("x2", x(year)).attr("y1", margin.top).attr("y2", height - margin.bottom)
    .attr("stroke", "var(--muted)").attr("stroke-width", 0.9).attr("stroke-dasharray", "1 3");
  text(root, x(year) - 5, margin.top - 5, "published", "var(--muted)", "end").attr("font-size", 12);
  text(root, x(year) + 5, margin.top - 5, "futures", "var(--muted)").attr("font-size", 12);
}

/** Write labels at the right end, moved apart where they would touch: [value, words, fill, weight] each. */
function ends({ root, y, width, margin, height }, labels, gap = 15) {
  const placed = labels.map(([value, ...rest]) => [clamp(y(value), margin.top + 4, height - margin.bottom - 4), ...rest]);
  placed.sort((a, b) => a[0] - b[0]);
  for (let pass = 0; pass < 20; pass++) {
    for (let at = 1; at < placed.length; at++) {
      const short = gap - (placed[at][0] - placed[at - 1][0]);
      if (short > 0) [placed[at - 1][0], placed[at][0]] = [placed[at - 1][0] - short / 2, placed[at][0] + short / 2];
    }
  }
  for (const [place, words, fill, weight] of placed) {
    text(root, width - margin.right + 7, place + 4, words, fill, "start", weight);
  }
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Return round ticks within a domain. */
const ticksOf = (domain, count) => d3.scaleLinear(domain, [0, 1]).ticks(count);

/** Draw the ratio of the sides and return its frame: bands, vermilion where China's side leads and blue where the coalition does. */
export function drawRatio(svg, { found, pinned, threshold, words, ratio }, size) {
  const { years, at, bands, observed } = found;
  const last = years.length - 1;
  const past = Math.max(...observed, ...bands[90].slice(0, at + 1));
  // High enough for nine draws in ten, unless their spread would press all else to the floor.
  const middle = Math.max(...bands[50].slice(at), threshold);
  const high = Math.min(Math.max(...bands[95]), Math.max(1.05 * Math.max(...bands[90]), 2.2 * middle), 5 * middle);
  const top = Math.max(threshold * 1.25, past * 1.04, high);
  const shown = frame(svg, {
    ...size, ...words, years, domain: [0, top], ticks: ticksOf([0, top], 5), format: (tick) => `${tick}`, right: 134,
  });
  const { root, x, y, margin, height, width, clip, id } = shown;
  clip("above", margin.top, y(threshold));
  clip("below", y(threshold), height - margin.bottom);
  for (const [side, fill] of [["above", "var(--china)"], ["below", "var(--coalition)"]]) {
    for (const [low, high] of Object.values(BANDS).reverse()) {
      band(shown, years, bands[low], bands[high], fill, 0.2, `${id}-${side}`);
    }
  }
  root.append("line").attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", y(threshold))
    .attr("y2", y(threshold)).attr("stroke", "var(--ink)").attr("stroke-width", 1.1);
  line(shown, years.slice(at), bands[50].slice(at), "var(--ink)", { dash: "5 3", width: 1.8 });
  if (pinned) line(shown, pinned.years.slice(pinned.at), pinned.bands[50].slice(pinned.at), "var(--coalition-text)", { dash: "1 4", width: 2.4 });
  line(shown, years.slice(0, at + 1), observed, "var(--ink)");
  divide(shown, years[at]);
  const named = (place, words_, fill) => inside(root, margin.left + 6, place, words_, fill, 600);
  const far = `${ratio(threshold)} times`;
  const [over, under] =
    threshold !== 1
      ? [`\u2191 China\u2019s side above ${far}`, `\u2193 below ${far}`]
      : shown.small
        ? ["\u2191 China\u2019s side ahead", "\u2193 coalition ahead"]
        : ["\u2191 China\u2019s side spends more", "\u2193 the coalition spends more"];
  if (y(threshold) - margin.top > 30) named(y(threshold) - 7, over, "var(--china-text)");
  if (height - margin.bottom - y(threshold) > 22) named(y(threshold) + 17, under, "var(--coalition-text)");
  const end = (percent) => bands[percent][last];
  const labels = [[end(50), `${ratio(end(50))} median`, "var(--ink)", 600]];
  const other = pinned?.bands[50][pinned.years.length - 1];
  if (pinned && other <= top) labels.push([other, `${ratio(other)} pinned`, "var(--coalition-text)", 400]);
  if (end(90) <= top) labels.push([end(90), `${shown.small ? "10% >" : "1 in 10 above"} ${ratio(end(90))}`, "var(--muted)", 400]);
  if (end(10) <= top) labels.push([end(10), `${shown.small ? "10% <" : "1 in 10 below"} ${ratio(end(10))}`, "var(--muted)", 400]);
  ends(shown, labels);
  return shown;
}

/** Draw P(China's side leads in year) from the last published year on, the year asked for marked; `pinned` dashed. */
export function drawCurve(svg, { found, pinned, year, words, probability }, size) {
  const years = found.years.slice(found.at);
  const ahead = found.ahead.slice(found.at);
  const shown = frame(svg, {
    ...size, ...words, years, domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], format: (tick) => `${tick * 100}%`, right: 118,
  });
  const { root, x, y, width, margin } = shown;
  root.append("line").attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", y(0.5)).attr("y2", y(0.5))
    .attr("stroke", "var(--ink)").attr("stroke-width", 1);
  const last = years.length - 1;
  const labels = [[ahead[last], `${probability(ahead[last])} leads`, "var(--china-text)", 600]];
  if (pinned) {
    const other = pinned.ahead.slice(pinned.at);
    line(shown, years, other, "var(--ink)", { dash: "5 3", width: 1.8 });
    labels.push([other[last], `${probability(other[last])} pinned`, "var(--ink)", 400]);
  }
  line(shown, years, ahead, "var(--china)", { width: 2.6 });
  const value = ahead[years.indexOf(year)];
  root.append("circle").attr("cx", x(year)).attr("cy", y(value)).attr("r", 5).attr("fill", "var(--china)")
    .attr("stroke", "var(--paper)").attr("stroke-width", 1.5);
  const place = year > years[last - 2] ? "end" : year < years[2] ? "start" : "middle";
  inside(root, x(year), y(value) + (value > 0.85 ? 21 : -11), `${probability(value)} in ${year}`, "var(--china-text)", 600)
    .attr("text-anchor", place);
  ends(shown, labels);
  return shown;
}

/** Draw the break-even share with the share that the coalition counts. */
export function drawShare(svg, { found, counted, words, share, lastObserved }, size) {
  const { years, bands } = found.share;
  const last = years.length - 1;
  const domain = [
    Math.max(Math.min(0, Math.min(...bands[10])), Math.min(0, Math.min(...bands[50])) - 0.5),
    Math.min(Math.max(1, counted, Math.max(...bands[90])), Math.max(1, Math.max(...bands[50])) + 0.5),
  ];
  const shown = frame(svg, {
    ...size, ...words, years, domain, ticks: ticksOf(domain, 5), format: share, right: 134,
  });
  const { root, x, y, width, height, margin, id } = shown;
  band(shown, years, bands[10], bands[90], "var(--coalition)", 0.2, `${id}-all`);
  band(shown, years, bands[25], bands[75], "var(--coalition)", 0.25, `${id}-all`);
  for (const value of [0, 1]) {
    root.append("line").attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", y(value)).attr("y2", y(value))
      .attr("stroke", "var(--ink)").attr("stroke-width", 1);
  }
  line(shown, years, bands[50], "var(--coalition)", { width: 2.6 });
  const rule = root.append("line").attr("x1", margin.left).attr("x2", width - margin.right).attr("y1", y(counted))
    .attr("y2", y(counted)).attr("stroke", "var(--ink)").attr("stroke-width", 1.6).attr("stroke-dasharray", "2 3");
  divide(shown, lastObserved);
  if (y(0) < height - margin.bottom - 16) inside(root, margin.left + 6, height - margin.bottom - 5, "\u2193 needs no US spending", "var(--muted)");
  if (y(1) > margin.top + 16) inside(root, margin.left + 6, margin.top + 12, "\u2191 all US spending is not enough", "var(--muted)");
  rule.raise();
  ends(shown, [
    [bands[50][last], `${share(bands[50][last])} median`, "var(--coalition-text)", 600],
    [bands[90][last], `${shown.small ? "10% >" : "1 in 10 above"} ${share(bands[90][last])}`, "var(--muted)", 400],
    [bands[10][last], `${shown.small ? "10% <" : "1 in 10 below"} ${share(bands[10][last])}`, "var(--muted)", 400],
    [counted, `${share(counted)} counted`, "var(--ink)", 600],
  ].filter(([value]) => value >= domain[0] && value <= domain[1]));
  return shown;
}

const STATE_LOOK = { crossed: ["china", false], crossing: ["china", true], not_within: ["coalition", false], crossed_back: ["coalition", true] };

/** Fill a box with a state's look: vermilion for China's side, blue for the coalition, hatched for a change to come. */
function look(root, id, state) {
  const [colour, hatched] = STATE_LOOK[state];
  if (!hatched) return `var(--${colour})`;
  const pattern = root.append("pattern").attr("id", id).attr("width", 6).attr("height", 6)
    .attr("patternUnits", "userSpaceOnUse").attr("patternTransform", "rotate(45)");
  pattern.append("rect").attr("width", 6).attr("height", 6).attr("fill", "var(--paper)");
  pattern.append("rect").attr("width", 3).attr("height", 6).attr("fill", `var(--${colour})`);
  return `url(#${id})`;
}

/** Draw the four probabilities as one strip. */
export function drawStrip(svg, p, width) {
  const root = d3.select(svg);
  root.selectAll("*").remove();
  root.attr("viewBox", `0 0 ${width} 22`).attr("preserveAspectRatio", "none");
  let from = 0;
  for (const [state, value] of Object.entries(p)) {
    const fill = look(root, `strip-${state}`, state);
    root.append("rect").attr("x", from * width).attr("width", Math.max(0, value * width - (value > 0.01 ? 1.5 : 0)))
      .attr("y", 1).attr("height", 20).attr("fill", fill).attr("stroke", `var(--${STATE_LOOK[state][0]})`)
      .attr("stroke-width", value > 0.005 ? 1 : 0);
    from += value;
  }
}

/** Draw a state's key. */
export function drawKey(svg, state) {
  const root = d3.select(svg).attr("viewBox", "0 0 16 16").attr("aria-hidden", "true");
  root.append("rect").attr("x", 1).attr("y", 1).attr("width", 14).attr("height", 14).attr("fill", look(root, `key-${state}`, state))
    .attr("stroke", `var(--${STATE_LOOK[state][0]})`);
}
