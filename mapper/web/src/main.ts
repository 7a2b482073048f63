/** Start of a page of ours: load, draw, and only then take the banner away. */
import "./app.css";

import { answersOf } from "./answers.ts";
import { asFailure, Banner, checkStyle } from "./failure.ts";
import { load } from "./load.ts";
import { draw, type Ready, type View } from "./view.ts";

let view: View | null = null;

function rootOf(page: Document): HTMLElement {
  const root = page.getElementById("mapper-root") ?? page.createElement("div");
  root.id = "mapper-root";
  if (!root.isConnected) page.body.append(root);
  return root;
}

async function start(page: Document): Promise<Ready> {
  const banner = new Banner(page);
  const root = rootOf(page);
  const notLoaded = page.title;
  try {
    checkStyle(page);
    const loaded = await load(page);
    view = draw(root, loaded, new Date());
    banner.remove();
    return view.ready;
  } catch (cause) {
    view = null;
    root.textContent = "";
    page.title = notLoaded;
    banner.show(asFailure(cause));
    throw asFailure(cause);
  }
}

window.mapper = answersOf(start(document), () => view);
