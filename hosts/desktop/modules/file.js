/* Files by path, in pieces; lwsFile.c is behind it, hosts/typings/desktop.d.ts is its contract. */
export default class File @ "lws_file_destructor" {
	constructor(options) @ "lws_file_constructor";
	read(buffer) @ "lws_file_read";
	write(buffer) @ "lws_file_write";
	get size() @ "lws_file_get_size";
	get position() @ "lws_file_get_position";
	set position(position) @ "lws_file_set_position";
	close() @ "lws_file_close";
}
