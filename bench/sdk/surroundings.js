/** What the desktop host has for its programs: arguments and a console. */
import { environment, print } from "desktop/process";

globalThis.argv = JSON.parse(environment("LWS_BENCH")).slice(1);
globalThis.console = { log: print, error: print };

// from here the bench counts the time
print("started");
