/** Ends the process at once; what was written to the standard streams is written out first. */
export function exit(status) @ "lws_process_exit";
/** The value of an environment variable, or undefined. */
export function environment(name) @ "lws_process_environment";
