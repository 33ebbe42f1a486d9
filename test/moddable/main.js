/** The application of test/moddable.mjs: the library by its public name, and a native kernel. */
import { kernels } from "lws-xs";
import { bytesToString, findByte } from "lws-xs/native/kernels";

const bytes = Uint8Array.of(0x6c, 0x77, 0x73, 0x2d, 0x78, 0x73, 0x0a, 0x00);
const end = findByte(bytes, 0x0a, 0, bytes.length);

export default `${bytesToString(bytes, 0, end)} ${end} ${kernels.findByte === findByte}`;
