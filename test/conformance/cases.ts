/** All 517 cases in Autobahn's order. */
import type { Case } from "./case.js";
import { FRAMING } from "./cases-1-framing.js";
import { PINGS } from "./cases-2-pings.js";
import { OPCODES, RESERVED_BITS } from "./cases-3-4-reserved.js";
import { FRAGMENTATION } from "./cases-5-fragmentation.js";
import { UTF8 } from "./cases-6-utf8.js";
import { CLOSING } from "./cases-7-close.js";
import { LIMITS, MISCELLANEOUS } from "./cases-9-10-limits.js";
import { DEFLATE } from "./cases-12-13-deflate.js";

export const CASES: readonly Case[] = [
	...FRAMING,
	...PINGS,
	...RESERVED_BITS,
	...OPCODES,
	...FRAGMENTATION,
	...UTF8,
	...CLOSING,
	...LIMITS,
	...MISCELLANEOUS,
	...DEFLATE,
];
