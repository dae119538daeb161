"""How long the built explorer takes from a move of a slider to the frame that shows it, on a desk and on a slow phone.

`python -m tests.bench.explorer [FOLDER]` prints a table; into FOLDER go pictures of eight settings at two widths.
`python -m tests.bench.explorer --docs` takes the pictures of docs/ anew instead, from the brief and explorer as built.
"""

from __future__ import annotations

import io
import statistics
import sys
from pathlib import Path

from overtake import paths
from tests.chromium import NOWHERE, started

PAGE = paths.REPORTS / "explorer" / "explorer.html"
#: Name, width and height in CSS pixels, and how many times slower than this machine.
SCREENS = (("desk", 1280, 900, 1), ("phone, four times slower", 390, 844, 4))
SLIDERS = ("#us", "#member-IND", "#plans", "#year")
#: Eight settings; the first five after the page's own are the questions of docs/explorer.md.
SETTINGS = {
    "as it opens": "",
    "the US stays out": "side=JPN,IND,AUS",
    "allies reach 3.5%": "reach=members:3.5:2035:government",
    "China slows": "growth=CHN:-3",
    "United States alone": "side=USA&year=2050",
    "without India": "side=JPN,KOR,AUS,PHL,THA,VNM,IDN,SGP,MYS,TWN&pin=year%3D2035",
    "purchasing power": "ruler=gdp_ppp&level=uncertain",
    "China with Russia": "against=CHN,RUS&sustain=5&tiers=none",
}
MOVE = """async ([id, from]) => {
  const slider = document.querySelector(id), times = [];
  for (let step = 0; step < 40; step++) {
    await new Promise((done) => setTimeout(done, 20 + step % 7));
    const begun = performance.now();
    slider.value = from + step;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    // The frame that draws, then the first task after it: by then the frame has been handed to the compositor.
    await new Promise((done) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(null);
    }));
    times.push(performance.now() - begun);
  }
  return times;
}"""


def main(folder: Path | None = None) -> None:
    """Print median and longest time of forty moves by screen and slider, ms."""
    print(f"{PAGE.stat().st_size / 1e6:.1f} MB")
    print("| screen | slider | median, ms | longest, ms |\n|---|---|---|---|")
    with started(NOWHERE) as browser:
        for name, width, height, slower in SCREENS:
            page = browser.new_context(viewport={"width": width, "height": height}).new_page()
            page.goto(PAGE.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
            for slider in SLIDERS:
                first = 2026 if slider == "#year" else 5
                times = page.evaluate(MOVE, [slider, first])
                print(f"| {name} | `{slider}` | {statistics.median(times):.0f} | {max(times):.0f} |")
            for at, (told, setting) in enumerate(SETTINGS.items() if folder else ()):
                page = browser.new_context(viewport={"width": width, "height": height}).new_page()
                page.goto(f"{PAGE.as_uri()}#{setting}")
                page.screenshot(path=folder / f"{at}-{width}.png")
                print(f"{at}: {told}: {page.evaluate('document.querySelector(`#sentence`).textContent')}")


def pictures(folder: Path) -> None:
    """Take the first screens of brief and explorer, and the answers to the five questions side by side."""
    from PIL import Image

    with started(NOWHERE) as browser:
        for name in ("brief", "explorer"):
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.goto((paths.REPORTS / name / f"{name}.html").as_uri())
            page.screenshot(path=folder / f"{name}.png")
        answers = []
        for setting in list(SETTINGS.values())[1:6]:
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.goto(f"{PAGE.as_uri()}#{setting}")
            page.wait_for_timeout(300)
            left, top = page.evaluate("(({ x, y }) => [x, y])(document.querySelector('#lead').getBoundingClientRect())")
            shown = page.screenshot(clip={"x": left, "y": top, "width": 880, "height": 660})
            answers.append(Image.open(io.BytesIO(shown)).convert("RGB").resize((528, 396)))
    whole = Image.new("RGB", (2 * 540, 3 * 410), "white")
    for at, answer in enumerate(answers):
        whole.paste(answer, (at % 2 * 540, at // 2 * 410))
    whole.quantize(64).save(folder / "questions.png", optimize=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--docs"]:
        pictures(paths.ROOT / "docs")
    else:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
