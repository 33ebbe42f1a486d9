/** One application for both clients, of which the first word of LWS_BENCH says which runs: the rest of it is the same. */
import "surroundings";
import { environment } from "desktop/process";

import(JSON.parse(environment("LWS_BENCH"))[0]);
