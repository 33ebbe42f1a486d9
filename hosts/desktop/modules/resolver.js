/* ECMA-419 name resolver; lwsResolver.c is behind it, hosts/typings/resolver.d.ts is its contract. */
export default class Resolver @ "lws_resolver_destructor" {
	constructor(options) @ "lws_resolver_constructor";
	resolve(request) @ "lws_resolver_resolve";
	close() @ "lws_resolver_close";
}
