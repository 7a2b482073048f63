/**
 * The last script of the page: unpacks the program and lets it run.
 *
 * The program travels as gzip in base64, a third of its size. It runs as an inline script that the content-security policy
 * knows by its hash, so a program that was altered is unpacked but never run, and the page keeps its banner.
 */
import { gunzipSync, strToU8 } from "fflate";

const packed = document.getElementById("mapper-program")?.textContent ?? "";
const program = document.createElement("script");
program.textContent = new TextDecoder().decode(gunzipSync(strToU8(atob(packed), true)));
document.body.append(program);
