/** "Where am I?": the device's own position with its own accuracy, asked when the reader presses. Nothing of it leaves the page. */
import { button, el, svg } from "./elements.ts";
import type { Place } from "./find/places.ts";
import type { Words } from "./words.ts";

const TIMEOUT_MS = 30_000;
/** The codes of a GeolocationPositionError. */
const WHY: Readonly<Record<number, string>> = { 1: "locate.denied", 2: "locate.unavailable", 3: "locate.timeout" };

function picture(): SVGElement {
  const line = { fill: "none", stroke: "currentColor", "stroke-width": 2 } as const;
  return svg(
    "svg",
    { viewBox: "0 0 24 24", width: 22, height: 22, "aria-hidden": "true", focusable: "false" },
    svg("circle", { cx: 12, cy: 12, r: 6, ...line }),
    svg("path", { d: "M12 1v5M12 18v5M1 12h5M18 12h5", ...line }),
    svg("circle", { cx: 12, cy: 12, r: 2, fill: "currentColor" }),
  );
}

export interface Locate {
  readonly button: HTMLElement;
  /** What came of it; whoever asks about another place empties it. */
  readonly told: HTMLElement;
}

/** A button that asks the device, and a line that says what came of it. */
export function locateButton(words: Words, geolocation: Geolocation | undefined, found: (place: Place) => void): Locate {
  const told = el("p", { class: "mapper-told", role: "status" });
  const tell = (text: string) => void (told.textContent = text);
  const onFound = ({ coords: { longitude, latitude, accuracy } }: GeolocationPosition) => {
    found({ at: [longitude, latitude], uncertainty_m: Math.max(1, Math.ceil(accuracy)) });
    tell(words.say("locate.found", { radius: words.metres(Math.ceil(accuracy)) }));
  };
  const ask = () => {
    if (!geolocation) {
      tell(words.say("locate.absent"));
      return;
    }
    tell(words.say("locate.busy"));
    geolocation.getCurrentPosition(onFound, ({ code }) => tell(words.say(WHY[code] ?? "locate.unavailable")), { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: 0 });
  };
  const name = words.say("locate.button");
  return { button: button({ class: "mapper-locate", "aria-label": name, title: name }, ask, picture()), told };
}
