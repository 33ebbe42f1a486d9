/*
 * What the desktop host calls desktop/process, for applications of the SDK that run in a process of Linux; beyond it a
 * line of output, because there is no console. `@` binds a name to a C function: only XS parses this file.
 */

export function exit(status) @ "lws_linux_exit";
/** "" when there is none. */
export function environment(name) @ "lws_linux_environment";
export function print(line) @ "lws_linux_print";
