/**
 * Start in any other document (folium's, in a notebook): wait for its scripts to call `mount`, which draws without waiting and
 * gives back the Leaflet map. `ready` is settled by the first map that is mounted.
 */
import { answersOf } from "./answers.ts";
import { drawInto, provideGlobals } from "./notebook.ts";
import type { Ready, View } from "./view.ts";

let view: View | null = null;
let settle: (outcome: Ready | PromiseLike<Ready>) => void = () => undefined;
const ready = new Promise<Ready>((resolve) => (settle = resolve));

provideGlobals(window);
window.mapper = {
  ...answersOf(ready, () => view),
  mount(element, blockBase64, sealJson) {
    const mounted = drawInto(element, blockBase64, sealJson);
    view = mounted.view;
    settle(mounted.ready instanceof Error ? Promise.reject(mounted.ready) : mounted.ready);
    return mounted.map;
  },
};
