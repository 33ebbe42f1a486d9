/* ECMA-419 TCP client socket; lwsTcp.c is behind it, hosts/typings/tcp.d.ts is its contract. */
const EXTRAS = Object.freeze(["localAddress", "unix"]);

export default class TCP @ "lws_tcp_destructor" {
	constructor(options) @ "lws_tcp_constructor";
	close() @ "lws_tcp_close";
	read(buffer) @ "lws_tcp_read";
	write(buffer) @ "lws_tcp_write";
	get remoteAddress() @ "lws_tcp_get_remoteAddress";
	get remotePort() @ "lws_tcp_get_remotePort";
	get format() @ "lws_tcp_get_format";
	set format(format) @ "lws_tcp_set_format";
	static get extras() { return EXTRAS; }
}
