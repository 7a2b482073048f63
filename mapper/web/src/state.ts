/**
 * What a reader has chosen: the language, the theme, the part of the map, layers put out, the days asked about, the place told of.
 *
 * One object, replaced as a whole by every change; whoever shows a part of it listens. A view can be drawn anew from it.
 */
import { ALL } from "./access/who.ts";
import { EVERYTHING, type Choice } from "./filter/choice.ts";
import type { LonLat } from "./geometry.ts";
import type { ThemeChoice } from "./theme.ts";

export interface MapView {
  readonly at: LonLat;
  readonly zoom: number;
}

/** A place asked about; `reach_m` is its uncertainty in metres. */
export interface Asked {
  readonly at: LonLat;
  readonly reach_m: number;
}

export interface ViewState {
  readonly language: string;
  readonly theme: ThemeChoice;
  /** Null: all that the data cover. */
  readonly map: MapView | null;
  /** Names of the layers that are put out. */
  readonly off: readonly string[];
  /** The day asked about; "" where its field was emptied. */
  readonly on: string;
  /** What the map's makers knew by that day; "": all they know. */
  readonly known_by: string;
  readonly who: string;
  readonly asked: Asked | null;
  /** The kind of record whose table is open. */
  readonly table: string | null;
  /** Which records are shown. An answer about a place never leaves one out. */
  readonly choice: Choice;
}

/** What a page shows before anybody chose anything; `off`: layers that only a reader puts on. */
export function firstState(language: string, day: string, off: readonly string[] = []): ViewState {
  return { language, theme: "device", map: null, off, on: day, known_by: "", who: ALL, asked: null, table: null, choice: EVERYTHING };
}

export type Listener = (state: ViewState, before: ViewState) => void;

export class Store {
  private readonly listeners: Listener[] = [];

  constructor(private current: ViewState) {}

  get state(): ViewState {
    return this.current;
  }

  set(change: Partial<ViewState>): void {
    const before = this.current;
    this.current = { ...before, ...change };
    for (const listener of this.listeners) listener(this.current, before);
  }

  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }
}
