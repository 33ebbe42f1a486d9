/** The application of test/moddable.mjs: the library by its public name, and a native kernel. */
import { exit, print } from "desktop/process";
import { createContext, httpClientHttpResponse, memoryPlan } from "lws-xs";
import { bytesToString, findByte } from "lws-xs/native/kernels";

const bytes = Uint8Array.of(0x6c, 0x77, 0x73, 0x2d, 0x78, 0x73, 0x0a, 0x00);
const end = findByte(bytes, 0x0a, 0, bytes.length);
const context = createContext({ protocols: [{ name: "test", callback() {} }] });

// what there is of a wsi without a transaction: the client itself is tested in the simulator
const status = context.vhosts[0].name === "default" ? httpClientHttpResponse({ transaction: { status: 404 } }) : 0;

print(`${bytesToString(bytes, 0, end)} ${end} ${status} ${memoryPlan({}).receiveBuffers}`);
exit(0);
