/** What the parts of test:moddable share. */
import { Failure } from "../../hosts/desktop/step.mjs";

export const PHASE = "test:moddable";

/** The SDK's linker names each module with something that cannot stay in flash. */
export function refuseWarnings(output) {
	const warnings = output.match(/^### warning: lws-xs.*$/gm);
	if (!warnings) return;
	const remedy = "keep no mutable state at module level, and freeze tables at every level";
	throw new Failure(PHASE, `the SDK's linker warns about our modules: ${remedy}.`, warnings.join("\n"));
}
