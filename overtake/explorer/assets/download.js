// Figures to take away: the drawing as SVG with its title and source, the values as CSV.

const LIGHT = {
  paper: "#ffffff", ink: "#1d2733", muted: "#55616d", rule: "#cfd6dd", china: "#d55e00", coalition: "#0072b2",
  "china-text": "#a34700", "coalition-text": "#005a8c",
};

const escaped = (text) => text.replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]);

/** Return `text` in lines of at most `letters`. */
function folded(text, letters) {
  return text.split(" ").reduce((lines, word) => {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    return longer.length <= letters && lines.length ? [...lines.slice(0, -1), longer] : [...lines, word];
  }, []);
}

/** Return a drawing as a file of its own: light, on white, under its title and over its source. */
export function svgFile(svg, { title, sub, source }) {
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const rows = [
    ...folded(title, width / 9.2).map((line) => [line, 18, 600, LIGHT.ink, 23]),
    ...folded(sub, width / 6.6).map((line) => [line, 14, 400, LIGHT.muted, 19]),
  ];
  let at = 6;
  const heads = rows.map(([line, size, weight, fill, step]) => {
    at += step;
    return `<text x="12" y="${at}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escaped(line)}</text>`;
  });
  const inner = new XMLSerializer().serializeToString(svg).replace(/^<svg[^>]*>/, "").replace(/<\/svg>$/, "");
  const body = inner.replace(/var\(--([a-z-]+)\)/g, (_, name) => LIGHT[name]).replace(/ xmlns="[^"]*"/g, "");
  const feet = folded(source, width / 5.8);
  const full = at + 14 + height + 16 * feet.length + 10;
  const foot = feet.map(
    (line, index) => `<text x="12" y="${at + 24 + height + 16 * index}" font-size="12" fill="${LIGHT.muted}">${escaped(line)}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${full}" width="${width}" height="${full}" ` +
    `role="img" aria-label="${escaped(title)}" font-family="${svg.getAttribute("font-family")}" font-size="13">` +
    `<rect width="${width}" height="${full}" fill="${LIGHT.paper}"/>${heads.join("")}` +
    `<g transform="translate(0 ${at + 10})">${body}</g>${foot.join("")}</svg>\n`
  );
}

/** Return rows as CSV with the setting that made them in the last column. */
export function csvFile({ columns, rows }, fragment) {
  const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value);
  const lines = [[...columns.map(({ key }) => key), "setting"], ...rows.map((row) => [...row, fragment])];
  return lines.map((line) => line.map(cell).join(",")).join("\n") + "\n";
}

/** Return an SVG file's picture as PNG, two pixels a unit. */
export function pngOf(svg) {
  return new Promise((done, failed) => {
    const picture = new Image();
    picture.onerror = failed;
    picture.onload = () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 2 * picture.width, height: 2 * picture.height });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(done, "image/png");
    };
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  });
}

/** Offer a blob as a file. */
export function save(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
