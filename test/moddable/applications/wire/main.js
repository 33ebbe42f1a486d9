/** test/host/wire-client.ts as an application of the simulator: the plan comes in the environment, results go to stdout. */
import "surroundings";
import "wire-client";
