/* Standard streams; lwsStdio.c is behind it, hosts/typings/desktop.d.ts is its contract. */
export class Input @ "lws_input_destructor" {
	constructor(options) @ "lws_input_constructor";
	read(buffer) @ "lws_input_read";
	close() @ "lws_input_close";
}
export function writeOutput(data) @ "lws_stdio_output";
export function writeError(data) @ "lws_stdio_error";
export function isTerminal(descriptor) @ "lws_stdio_isTerminal";
