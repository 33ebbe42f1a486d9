/* Glue for XS; session.d.ts says what the functions do. `@` binds a name to a C function: only XS parses this file. */

export class Credentials @ "lws_tls_credentials_delete" {
	constructor() @ "lws_tls_credentials_new";
	addAuthorities(bytes) @ "lws_tls_credentials_add_authorities";
	setCertificate(bytes) @ "lws_tls_credentials_set_certificate";
	setKey(bytes, password) @ "lws_tls_credentials_set_key";
	identify(text) @ "lws_tls_credentials_identify";
	close() @ "lws_tls_credentials_close";
}

export class Session @ "lws_tls_session_delete" {
	constructor(credentials, options) @ "lws_tls_session_new";
	handshake(input, start, end, output) @ "lws_tls_session_handshake";
	read(target, from, to, input, start, end, output) @ "lws_tls_session_read";
	write(bytes, start, end, output) @ "lws_tls_session_write";
	finish(output) @ "lws_tls_session_finish";
	seal(identity) @ "lws_tls_session_seal";
	failure() @ "lws_tls_session_failure";
	info() @ "lws_tls_session_info";
	peerCertificate() @ "lws_tls_session_peer_certificate";
	close() @ "lws_tls_session_close";
}

/** The identity in a sealed session, undefined when it is damaged. */
export function sessionIdentity(sealed) @ "lws_tls_session_identity";
/** Whether a suite of that name is built in. */
export function knowsSuite(name) @ "lws_tls_knows_suite";
/** What mbedTLS is: { version, hasTLS13, built }, `built` in seconds since 1970. */
export function library() @ "lws_tls_library";
