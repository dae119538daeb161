// The page's tables: JSON, and draws packed as whole steps off a centre (see encode.py for the code).

/** Return the natural numbers of base64 text as a reader: next() gives one after the other. */
function reader(text) {
  const raw = atob(text);
  let at = 0;
  return () => {
    let number = 0;
    let shift = 1;
    for (;;) {
      const byte = raw.charCodeAt(at++);
      number += (byte & 127) * shift;
      if (byte < 128) return number;
      shift *= 128;
    }
  };
}

/** Return steps as Int32Array, [economy][year][draw]; zero before an economy's first year. */
export function unpack(text, first, years, draws) {
  const next = reader(text);
  const steps = new Int32Array(first.length * years * draws);
  let zeros = 0;
  first.forEach((start, economy) => {
    for (let draw = 0; draw < draws; draw++) {
      let level = 0;
      for (let year = start; year < years; year++) {
        if (zeros > 0) zeros--;
        else {
          const folded = next();
          if (folded === 0) zeros = next();
          else level += folded % 2 ? -(folded + 1) / 2 : folded / 2;
        }
        steps[(economy * years + year) * draws + draw] = level;
      }
    }
  });
  return steps;
}

/** Return e to the power of every number of steps that layers can add up to, from place `zero` both ways. */
function powersOf(layers, step) {
  const zero = layers.reduce((sum, layer) => sum + layer.reduce((most, each) => Math.max(most, Math.abs(each)), 0), 0);
  return { zero, table: Float64Array.from({ length: 2 * zero + 1 }, (_, at) => Math.exp((at - zero) * step)) };
}

/** Return the page's configuration with its layers of steps; `read` gives the text of an element by its id. */
export function load(read) {
  const config = JSON.parse(read("config"));
  const [begin, end] = config.years;
  const years = Array.from({ length: end - begin + 1 }, (_, index) => begin + index);
  const layers = { draws: unpack(read("draws"), config.first, years.length, config.draws) };
  for (const ruler of config.rulers) {
    if (ruler.errors && !layers[ruler.errors]) {
      layers[ruler.errors] = unpack(read(ruler.errors), ruler.first, years.length, config.draws);
    }
  }
  for (const { layer } of config.levels) if (layer) layers[layer] = unpack(read(layer), [0], 1, config.draws);
  const index = Object.fromEntries(config.economies.map(({ iso3 }, at) => [iso3, at]));
  return { ...config, years, layers, index, powers: powersOf(Object.values(layers), config.step) };
}
