/** The application of test/moddable.mjs: the library by its public name, and a native kernel. */
import { createContext, httpClientHttpResponse } from "lws-xs";
import { bytesToString, findByte } from "lws-xs/native/kernels";

const bytes = Uint8Array.of(0x6c, 0x77, 0x73, 0x2d, 0x78, 0x73, 0x0a, 0x00);
const end = findByte(bytes, 0x0a, 0, bytes.length);
const context = createContext({ protocols: [{ name: "test", callback() {} }] });

// what there is of a wsi without a transaction: the client itself needs an event loop, which this platform's main has not
const status = context.vhosts[0].name === "default" ? httpClientHttpResponse({ transaction: { status: 404 } }) : 0;

export default `${bytesToString(bytes, 0, end)} ${end} ${status}`;
