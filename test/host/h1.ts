/**
 * The engines of HTTP/1 with what the host has: their vectors, those of URIs and dates, the writers of requests and forms, and
 * a fuzz. Every line of the output says what came of it, so that the outputs of two hosts can be compared. Arguments: the
 * seed of the fuzz, and the number of its cases (default 2000).
 */
import { DATE_CHECKS } from "../vectors/date.js";
import { FORM_CHECKS } from "../vectors/form.js";
import { H1_CHECKS } from "../vectors/h1-checks.js";
import { ResponseFuzz } from "../vectors/h1-fuzz.js";
import { REQUEST_CHECKS } from "../vectors/request-check.js";
import { URI_CHECKS } from "../vectors/uri.js";
import { argument, test } from "./harness.js";

/** Milliseconds: an emulated machine takes long. */
const PATIENCE = 300_000;

const seed = Number(argument(0) ?? 20150515) | 0;
const cases = Number(argument(1) ?? 2000);

for (const { title, run } of [...H1_CHECKS, ...REQUEST_CHECKS, ...FORM_CHECKS, ...URI_CHECKS, ...DATE_CHECKS])
	test(title, () => console.log(`# ${run()}`), PATIENCE);

test(
	"Mutated responses end, wherever they are cut.",
	() => console.log(`# ${new ResponseFuzz(seed).run(cases)}`),
	PATIENCE,
);
