/** Runs in a worker: base64, seal and inflater, so that the page answers while a large block is opened. */
import { asFailure, type FailureCode } from "./failure.ts";
import { unpack } from "./unpack.ts";
import type { Seal } from "./seal.ts";

export interface WorkOrder {
  readonly block: string;
  readonly seal: Seal;
}

export type WorkDone = { readonly plain: Uint8Array<ArrayBuffer> } | { readonly code: FailureCode; readonly detail: string };

const worker = globalThis as unknown as {
  onmessage: (event: { readonly data: WorkOrder }) => void;
  postMessage(done: WorkDone, transfer: readonly ArrayBuffer[]): void;
};

worker.onmessage = ({ data: { block, seal } }) => {
  unpack(block, seal).then(
    (plain) => worker.postMessage({ plain }, [plain.buffer]),
    (cause: unknown) => {
      const { code, message } = asFailure(cause);
      worker.postMessage({ code, detail: message }, []);
    },
  );
};
