/** From base64 to the inflated block, its seal checked on the way: in this thread, or for a large block in a worker. */
import { decodeBase64 } from "./base64.ts";
import { Failure } from "./failure.ts";
import { inflate } from "./inflate.ts";
import { checkSeal, digest, type Seal } from "./seal.ts";
import type { WorkDone, WorkOrder } from "./worker.ts";

/** The program of `worker.ts`, put in by the build (see build.mjs). */
declare const WORKER_CODE: string;

/** A block of more letters than this is worth the start of a worker. */
const LARGE = 1_000_000;

/** Raises Failure when the block is not the sealed one or cannot be inflated. */
export async function unpack(block: string, seal: Seal): Promise<Uint8Array<ArrayBuffer>> {
  const packed = decodeBase64(block);
  const inflating = inflate(packed);
  inflating.catch(() => undefined); // what is not the sealed block is said first
  checkSeal(await digest(packed), seal);
  return inflating;
}

/** A worker of this page's own code; null where the browser has none. */
function startWorker(): Worker | null {
  if (typeof Worker === "undefined") return null;
  const address = URL.createObjectURL(new Blob([WORKER_CODE], { type: "text/javascript" }));
  try {
    return new Worker(address);
  } catch {
    return null;
  } finally {
    setTimeout(() => URL.revokeObjectURL(address));
  }
}

function answerOf(worker: Worker, order: WorkOrder): Promise<WorkDone | null> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<WorkDone>) => resolve(data);
    // A worker that cannot run at all says so here; what it finds wrong with the data comes as an answer.
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(null);
    };
    worker.postMessage(order);
  });
}

/** Unpack in a worker where the block is large and the browser lets one run, else here. Raises Failure. */
export async function unpackAside(block: string, seal: Seal): Promise<Uint8Array<ArrayBuffer>> {
  const worker = block.length > LARGE ? startWorker() : null;
  const done = worker === null ? null : await answerOf(worker, { block, seal });
  worker?.terminate();
  if (done === null) return unpack(block, seal);
  if ("code" in done) throw new Failure(done.code, done.detail);
  return done.plain;
}
