/** Seal and inflater: nothing that was cut or altered is ever opened, and the fallbacks give the same bytes. */
import { Blob as NodeBlob } from "node:buffer";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeEach, expect, test, vi } from "vitest";

import { inflate } from "../src/inflate.ts";
import { digestBytes } from "../src/bundled_digest.ts";
import { load } from "../src/load.ts";
import { loadNow } from "../src/load_now.ts";
import { digest, hex, readSeal } from "../src/seal.ts";
import { META, realWords, TABLES } from "./example.ts";
import { makeBlock, type Packed } from "./make_block.ts";

const packed = makeBlock(META, realWords(), TABLES);

function put({ base64, seal }: Packed): void {
  document.body.textContent = "";
  const script = (id: string, text: string) => {
    const element = document.createElement("script");
    element.type = "application/octet-stream";
    element.id = id;
    element.textContent = text;
    document.body.append(element);
  };
  script("mapper-seal", JSON.stringify(seal));
  script("mapper-block", base64);
}

const refused = (code: string) => expect(load(document)).rejects.toMatchObject({ code });

beforeEach(() => {
  vi.stubGlobal("Blob", NodeBlob); // jsdom's own has no stream()
  put(packed);
});

test("a whole block opens", async () => {
  const { data, records, sha256 } = await load(document);
  expect(records).toBe(17);
  expect(sha256).toBe(packed.seal.sha256);
  expect(data.zones.get("name", 0)).toBe("Ağdam");
});

test("a seal of other bytes is refused", async () => {
  put({ ...packed, seal: { ...packed.seal, sha256: "0".repeat(64) } });
  await refused("failure.altered");
});

test("a seal of another count is refused", async () => {
  put({ ...packed, seal: { ...packed.seal, records: 14 } });
  await refused("failure.count");
});

test("one changed letter of the block is refused", async () => {
  const at = Math.floor(packed.base64.length / 2);
  const letter = packed.base64[at] === "A" ? "B" : "A";
  put({ ...packed, base64: packed.base64.slice(0, at) + letter + packed.base64.slice(at + 1) });
  await refused("failure.altered");
});

test("a block cut anywhere is refused", async () => {
  for (let tenth = 1; tenth < 10; tenth++) {
    put({ ...packed, base64: packed.base64.slice(0, Math.floor((packed.base64.length * tenth) / 10)) });
    await refused("failure.altered");
  }
});

test("a page without its data is refused", async () => {
  document.body.textContent = "";
  await refused("failure.no_data");
});

test("sealed bytes that are not gzip are refused", async () => {
  const bytes = Buffer.from("not gzip");
  put({ base64: bytes.toString("base64"), seal: { records: 17, sha256: createHash("sha256").update(bytes).digest("hex") } });
  await refused("failure.unreadable");
});

test("the way without waiting gives the same, and refuses the same", async () => {
  const seal = JSON.stringify(packed.seal);
  const [now, later] = [loadNow(packed.base64, seal), await load(document)];
  expect([now.records, now.sha256, now.data.zones.get("name", 0)]).toEqual([later.records, later.sha256, later.data.zones.get("name", 0)]);
  for (let tenth = 0; tenth < 10; tenth++) {
    const cut = packed.base64.slice(0, Math.floor((packed.base64.length * tenth) / 10));
    expect(() => loadNow(cut, seal)).toThrow(expect.objectContaining({ code: "failure.altered" }));
  }
  expect(() => loadNow(packed.base64, seal.replace(/"records":\d+/, '"records":14'))).toThrow(expect.objectContaining({ code: "failure.count" }));
});

test.each(["", "[]", "null", '{"records":1}', '{"records":-1,"sha256":"x"}', '{"records":"1","sha256":"' + "0".repeat(64) + '"}'])(
  "the seal %s is refused",
  (text) => {
    expect(() => readSeal(text)).toThrow();
  },
);

test("SHA-256 of 'abc' is the one of FIPS 180-2, with and without the browser's own", async () => {
  const abc = new Uint8Array([0x61, 0x62, 0x63]);
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(await digest(abc)).toBe(expected);
  expect(await digest(abc, undefined)).toBe(expected);
  expect(hex(digestBytes(abc))).toBe(expected);
});

test("the fallbacks give what the browser's own give", async () => {
  const plain = Buffer.from("Tərtər ".repeat(5000));
  const bytes = Uint8Array.from(gzipSync(plain));
  const fallback = await inflate(bytes, undefined);
  expect(Buffer.from(fallback).equals(plain)).toBe(true);
  expect(Buffer.from(await inflate(bytes)).equals(plain)).toBe(true);
});
